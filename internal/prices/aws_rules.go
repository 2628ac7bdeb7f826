package prices

import "github.com/cloud-engine/cloudengine/internal/cost"

// awsZone begins a usage type in every region but us-east-1, with no other word of the
// same form before the usage: USE2-, EUC1-, and EU- for eu-west-1.
const awsZone = `(?:(?:EU|[A-Z]{3}[0-9])-)?`

var awsUnits = units{
	{"Hrs", cost.UnitHour}: same, {"Hours", cost.UnitHour}: same, {"hours", cost.UnitHour}: same,
	{"GB", cost.UnitGB}: same, {"GB-Mo", cost.UnitGBMonth}: same, {"GB-month", cost.UnitGBMonth}: same,
	{"IOPS-Mo", cost.UnitIOPSMonth}: same, {"MiBps-Mo", cost.UnitMiBpsMonth}: same, {"GiBps-mo", cost.UnitMiBpsMonth}: {1, 1024},
	{"IOs", cost.UnitRequest}: same, {"LCU-Hrs", cost.UnitLCUHour}: same, {"Requests", cost.UnitRequest}: same, {"Request", cost.UnitRequest}: same,
	{"Lambda-GB-Second", cost.UnitGBSecond}: same, {"GB-Seconds", cost.UnitGBSecond}: same, {"seconds", cost.UnitGBSecond}: same,
	{"hours", cost.UnitVCPUHour}: same, {"vCPU-Hours", cost.UnitVCPUHour}: same, {"hours", cost.UnitGBHour}: same, {"GB-Hours", cost.UnitGBHour}: same,
	{"ReadCapacityUnit-Hrs", cost.UnitCapacityHour}: same, {"WriteCapacityUnit-Hrs", cost.UnitCapacityHour}: same,
	{"ReadRequestUnits", cost.UnitRequest}: same, {"WriteRequestUnits", cost.UnitRequest}: same,
}

var awsWords = map[string]string{
	"MySQL": "mysql", "PostgreSQL": "postgres", "MariaDB": "mariadb", "Aurora MySQL": "aurora-mysql", "Aurora PostgreSQL": "aurora-postgresql",
	"Single-AZ": "single", "Multi-AZ": "multi",
	"Redis": "redis", "Memcached": "memcached", "Valkey": "valkey",
	"-Application": "application", "-Network": "network", "-Gateway": "gateway",
	"piops": "io1", "Any": "mysql|postgres|mariadb",
	"General Purpose": "gp2", "General Purpose-GP3": "gp3", "Provisioned IOPS": "io1", "Magnetic": "standard",
}

var (
	awsCPUs  = map[string]string{"": "x86_64", "ARM-": "arm64", "-ARM": "arm64"}
	awsZones = map[string]string{"": "single", "Multi-AZ-": "multi"}
)

// awsRules are what is known of AWS's lists. The attributes of EC2's machines are those
// of on-demand Linux on shared hardware, as AWS describes them itself.
var awsRules = compile([]rule{
	{service: "AmazonEC2", unit: cost.UnitHour, key: "ec2.instance/{Instance Type}/linux/shared", where: map[string]string{
		"Product Family": "Compute Instance(?: \\(bare metal\\))?", "Tenancy": "Shared", "Operating System": "Linux", "Pre Installed S/W": "NA",
		"CapacityStatus": "Used", "License Model": "No License required"}},
	{service: "AmazonEC2", unit: cost.UnitGBMonth, key: "ebs.storage/{Volume API Name}", where: map[string]string{
		"Product Family": "Storage", "usageType": awsZone + `EBS:VolumeUsage(?:\..*)?`}},
	{service: "AmazonEC2", unit: cost.UnitIOPSMonth, key: "ebs.iops/{volume}", words: awsWords, where: map[string]string{
		"Product Family": "System Operation", "usageType": awsZone + `EBS:VolumeP-IOPS\.(?P<volume>gp3|piops)`}},
	{service: "AmazonEC2", unit: cost.UnitIOPSMonth, key: "ebs.iops/io2", to: 32_000, where: map[string]string{"usageType": awsZone + `EBS:VolumeP-IOPS\.io2`}},
	{service: "AmazonEC2", unit: cost.UnitIOPSMonth, key: "ebs.iops/io2", from: 32_000, to: 64_000, where: map[string]string{"usageType": awsZone + `EBS:VolumeP-IOPS\.io2\.tier2`}},
	{service: "AmazonEC2", unit: cost.UnitIOPSMonth, key: "ebs.iops/io2", from: 64_000, where: map[string]string{"usageType": awsZone + `EBS:VolumeP-IOPS\.io2\.tier3`}},
	{service: "AmazonEC2", unit: cost.UnitRequest, key: "ebs.io/standard", where: map[string]string{"usageType": awsZone + "EBS:VolumeIOUsage"}},
	{service: "AmazonEC2", unit: cost.UnitMiBpsMonth, key: "ebs.throughput/gp3", where: map[string]string{
		"Product Family": "Provisioned Throughput", "usageType": awsZone + `EBS:VolumeP-Throughput\.gp3`}},
	{service: "AmazonEC2", unit: cost.UnitHour, key: "nat.hours", where: map[string]string{
		"Product Family": "NAT Gateway", "usageType": awsZone + "NatGateway-Hours"}},
	{service: "AmazonEC2", unit: cost.UnitGB, key: "nat.data", where: map[string]string{
		"Product Family": "NAT Gateway", "usageType": awsZone + "NatGateway-Bytes"}},

	{unseen: true, service: "AmazonVPC", unit: cost.UnitHour, key: "vpc.public_ipv4", where: map[string]string{"usageType": awsZone + "PublicIPv4:InUseAddress"}},

	{service: "AWSELB", unit: cost.UnitHour, key: "elb.hours/{kind}", words: awsWords, where: map[string]string{
		"Product Family": "Load Balancer(?P<kind>-Application|-Network|-Gateway)", "usageType": awsZone + "LoadBalancerUsage"}},
	{service: "AWSELB", unit: cost.UnitHour, key: "elb.hours/classic", where: map[string]string{
		"Product Family": "Load Balancer", "usageType": awsZone + "LoadBalancerUsage"}},
	{service: "AWSELB", unit: cost.UnitLCUHour, key: "elb.lcu/{kind}", words: awsWords, where: map[string]string{
		"Product Family": "Load Balancer(?P<kind>-Application|-Network|-Gateway)", "usageType": awsZone + "LCUUsage"}},
	{service: "AWSELB", unit: cost.UnitGB, key: "elb.data/classic", where: map[string]string{
		"Product Family": "Load Balancer", "usageType": awsZone + "DataProcessing-Bytes"}},

	{service: "AmazonRDS", unit: cost.UnitHour, key: "rds.instance/{Instance Type}/{engine}/{zones}", words: awsWords, where: map[string]string{
		"Product Family": "Database Instance", "usageType": awsZone + "(?:InstanceUsage|Multi-AZUsage):.*", "License Model": "No license required",
		"Database Engine": "(?P<engine>MySQL|PostgreSQL|MariaDB|Aurora MySQL|Aurora PostgreSQL)", "Deployment Option": "(?P<zones>Single-AZ|Multi-AZ)"}},

	{service: "AmazonRDS", unit: cost.UnitGBMonth, key: "rds.storage/{volume}/{engine}/{zones}", words: awsWords, where: map[string]string{
		"Product Family": "Database Storage", "usageType": awsZone + "RDS:.*", "Volume Type": "(?P<volume>General Purpose|General Purpose-GP3|Provisioned IOPS|Magnetic)",
		"Database Engine": "(?P<engine>MySQL|PostgreSQL|MariaDB|Any)", "Deployment Option": "(?P<zones>Single-AZ|Multi-AZ)"}},
	{service: "AmazonRDS", unit: cost.UnitGBMonth, key: "rds.storage/aurora", where: map[string]string{
		"Product Family": "Database Storage", "usageType": awsZone + "Aurora:StorageUsage"}},
	{unseen: true, service: "AmazonRDS", unit: cost.UnitRequest, key: "rds.io/aurora", where: map[string]string{"usageType": awsZone + "Aurora:StorageIOUsage"}},
	{unseen: true, service: "AmazonRDS", unit: cost.UnitIOPSMonth, key: "rds.iops/io1/{zones}", words: awsZones, where: map[string]string{"usageType": awsZone + "RDS:(?P<zones>|Multi-AZ-)PIOPS"}},
	{unseen: true, service: "AmazonRDS", unit: cost.UnitIOPSMonth, key: "rds.iops/gp3/{zones}", words: awsZones, where: map[string]string{"usageType": awsZone + "RDS:(?P<zones>|Multi-AZ-)GP3-PIOPS"}},

	{service: "AmazonElastiCache", unit: cost.UnitHour, key: "elasticache.node/{Instance Type}/{engine}", words: awsWords, where: map[string]string{
		"Product Family": "Cache Instance", "usageType": awsZone + "NodeUsage:.*", "Cache Engine": "(?P<engine>Redis|Memcached|Valkey)"}},

	{unseen: true, service: "AmazonEKS", unit: cost.UnitHour, key: "eks.cluster", where: map[string]string{"usageType": awsZone + "AmazonEKS-Hours:perCluster"}},

	{unseen: true, service: "AmazonS3", unit: cost.UnitGBMonth, key: "s3.storage/standard", where: map[string]string{"usageType": awsZone + "TimedStorage-ByteHrs", "Volume Type": "Standard"}},
	{unseen: true, service: "AmazonS3", unit: cost.UnitRequest, key: "s3.requests/tier{tier}", where: map[string]string{"usageType": awsZone + "Requests-Tier(?P<tier>[12])"}},

	{unseen: true, service: "AmazonECS", unit: cost.UnitVCPUHour, key: "fargate.vcpu/linux/{cpu}", words: awsCPUs, where: map[string]string{"usageType": awsZone + "Fargate-(?P<cpu>|ARM-)vCPU-Hours:perCPU"}},
	{unseen: true, service: "AmazonECS", unit: cost.UnitGBHour, key: "fargate.memory/linux/{cpu}", words: awsCPUs, where: map[string]string{"usageType": awsZone + "Fargate-(?P<cpu>|ARM-)GB-Hours"}},

	{unseen: true, service: "AWSLambda", unit: cost.UnitRequest, key: "lambda.requests", where: map[string]string{"usageType": awsZone + "Request"}},
	{unseen: true, service: "AWSLambda", unit: cost.UnitGBSecond, key: "lambda.duration/{cpu}", words: awsCPUs, where: map[string]string{"usageType": awsZone + "Lambda-GB-Second(?P<cpu>|-ARM)"}},

	{unseen: true, service: "AmazonDynamoDB", unit: cost.UnitCapacityHour, key: "dynamodb.read", where: map[string]string{"usageType": awsZone + "ReadCapacityUnit-Hrs"}},
	{unseen: true, service: "AmazonDynamoDB", unit: cost.UnitCapacityHour, key: "dynamodb.write", where: map[string]string{"usageType": awsZone + "WriteCapacityUnit-Hrs"}},
	{unseen: true, service: "AmazonDynamoDB", unit: cost.UnitRequest, key: "dynamodb.read_requests", where: map[string]string{"usageType": awsZone + "ReadRequestUnits"}},
	{unseen: true, service: "AmazonDynamoDB", unit: cost.UnitRequest, key: "dynamodb.write_requests", where: map[string]string{"usageType": awsZone + "WriteRequestUnits"}},
	{unseen: true, service: "AmazonDynamoDB", unit: cost.UnitGBMonth, key: "dynamodb.storage", where: map[string]string{"usageType": awsZone + "TimedStorage-ByteHrs"}},

	{unseen: true, service: "AmazonCloudWatch", unit: cost.UnitGB, key: "cloudwatch.logs.ingest", where: map[string]string{"usageType": awsZone + "DataProcessing-Bytes"}},
	{unseen: true, service: "AmazonCloudWatch", unit: cost.UnitGBMonth, key: "cloudwatch.logs.storage", where: map[string]string{"usageType": awsZone + "TimedStorage-ByteHrs"}},
})
