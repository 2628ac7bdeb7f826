# Bucket
# An S3 bucket that keeps old versions of its objects. It is private, encrypted, and answers
# over TLS only.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

locals {
  # All of AWS shares the names of buckets: people recognise the second part, and the hash
  # tells ours from others'. By the first one policies tell them from the account's other
  # buckets. At most 63 characters.
  whose = [for key in ["guild", "project", "stack"] : lookup(var.tags, key, "")]
  label = join("-", compact([local.whose[1], local.whose[2], var.name]))
  hash  = sha256(jsonencode(concat(local.whose, ["bucket", var.name, var.region])))
  name  = "cloud-engine-${trim(substr(replace(local.label, "/-+/", "-"), 0, 37), "-")}-${substr(local.hash, 0, 12)}"

  # Values take letters, digits, spaces and these marks:
  # https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
  tags = merge({ for key, value in var.tags : key => replace(value, "/[^\\p{L}\\p{N}\\p{Z}_.:/=+@-]/", "-") }, { Name = local.label })
}

resource "aws_s3_bucket" "this" {
  bucket        = local.name
  force_destroy = var.delete_contents
  tags          = local.tags
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = var.versioning ? "Enabled" : "Suspended"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.old_versions_days
    }

    # What is left of a deleted object once its old versions are gone.
    expiration {
      expired_object_delete_marker = true
    }
  }

  dynamic "rule" {
    for_each = var.expire_days > 0 ? [var.expire_days] : []

    content {
      id     = "expire"
      status = "Enabled"

      filter {}

      expiration {
        days = rule.value
      }
    }
  }

  # The rule on old versions needs versions.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TLSOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 refuses two changes of a bucket's access at the same time.
  depends_on = [aws_s3_bucket_public_access_block.this]
}
