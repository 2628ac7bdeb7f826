output "bucket_name" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.this.bucket
}

output "url" {
  description = "Address of the bucket for the AWS command line."
  value       = "s3://${aws_s3_bucket.this.bucket}"
}

output "domain_name" {
  description = "Host name of the bucket in its region."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}

output "bucket_arn" {
  description = "ARN of the bucket, for policies."
  value       = aws_s3_bucket.this.arn
}

output "console_url" {
  description = "The bucket in the AWS console."
  value       = "https://s3.console.aws.amazon.com/s3/buckets/${local.name}?region=${var.region}"
}
