package prices

import "github.com/cloud-engine/cloudengine/internal/cost"

// The services of Google Cloud that there are rules of, by their numbers in the catalog.
const (
	gcpCompute    = "6F81-5844-456A"
	gcpNetworking = "E505-1604-58F8"
	gcpStorage    = "95FF-2EF5-5EA1"
	gcpSQL        = "9662-B51E-5089"
	gcpKubernetes = "CCD8-9BF1-090E"
	gcpRedis      = "5AF5-2C11-D467"
)

// The catalog's units are those of https://ucum.org; what it calls h is an hour of
// whatever is sold.
var gcpUnits = units{
	{"h", cost.UnitHour}: same, {"h", cost.UnitVCPUHour}: same, {"GiBy.h", cost.UnitGBHour}: same, {"GiBy.mo", cost.UnitGBMonth}: same, {"GiBy", cost.UnitGB}: same,
}

var gcpWords = map[string]string{
	// Custom machines of E2 are of the same cores and memory.
	"E2 Instance": "e2|e2-custom", "N1 Predefined Instance": "n1", "N2 Instance": "n2", "N2D AMD Instance": "n2d", "N4 Instance": "n4",
	"C2D AMD Instance": "c2d", "C3 Instance": "c3", "C3D Instance": "c3d", "C4 Instance": "c4", "C4A Arm Instance": "c4a",
	"T2D AMD Instance": "t2d", "T2A Arm Instance": "t2a", "Compute optimized": "c2",
	"Custom Instance": "n1-custom", "N2 Custom Instance": "n2-custom", "N2D AMD Custom Instance": "n2d-custom",
	"Custom Extended Instance": "n1-custom-extended", "N2 Custom Extended Instance": "n2-custom-extended", "N2D AMD Custom Extended Instance": "n2d-custom-extended",
	"Storage": "pd-standard", "SSD backed": "pd-ssd", "Balanced": "pd-balanced",
	"Zonal": "zonal", "Regional": "regional", "Standard": "standard", "Nearline": "nearline", "Coldline": "coldline", "Archive": "archive",
	"Standard storage": "ssd", "Low cost storage": "hdd", "Basic": "basic",
}

const gcpFamily = "(?P<family>E2 Instance|N1 Predefined Instance|N2 Instance|N2D AMD Instance|N4 Instance|C2D AMD Instance|C3 Instance|C3D Instance|" +
	"C4 Instance|C4A Arm Instance|T2D AMD Instance|T2A Arm Instance|Compute optimized|(?:N2 |N2D AMD )?Custom (?:Extended )?Instance)"

// Keys of what machine types are made of.
const (
	coreKey = "compute.core/"
	ramKey  = "compute.ram/"
)

// gcpRules are what is known of the catalog's descriptions, which are all that tells
// one SKU from another. What is of a gateway is sold per machine behind it up to a
// limit, and is not a price of ours.
var gcpRules = compile([]rule{
	{unseen: true, service: gcpCompute, unit: cost.UnitVCPUHour, key: coreKey + "{family}", words: gcpWords, where: map[string]string{
		"resourceFamily": "Compute", "description": gcpFamily + " Core"}},
	{unseen: true, service: gcpCompute, unit: cost.UnitGBHour, key: ramKey + "{family}", words: gcpWords, where: map[string]string{
		"resourceFamily": "Compute", "description": gcpFamily + " Ram"}},
	{unseen: true, service: gcpCompute, unit: cost.UnitGBMonth, key: "compute.disk/{kind}", words: gcpWords, where: map[string]string{
		"resourceFamily": "Storage", "description": "(?P<kind>Storage|SSD backed|Balanced) PD Capacity(?: in .*)?"}},
	{unseen: true, service: gcpCompute, unit: cost.UnitHour, key: "address/static-unused", where: map[string]string{"description": "Static Ip Charge(?: in .*)?"}},
	{unseen: true, service: gcpCompute, unit: cost.UnitHour, key: "address/in-use", where: map[string]string{"description": "External IP Charge on a Standard VM(?: in .*)?"}},
	{unseen: true, service: gcpNetworking, unit: cost.UnitGB, key: "nat.data", where: map[string]string{"description": "Networking Cloud Nat Data Processing"}},
	{unseen: true, service: gcpStorage, unit: cost.UnitGBMonth, key: "storage.{class}", words: gcpWords, where: map[string]string{
		"resourceGroup": "(?:Regional|Nearline|Coldline|Archive)Storage", "description": "(?P<class>Standard|Nearline|Coldline|Archive) Storage [^(]*"}},
	{unseen: true, service: gcpSQL, unit: cost.UnitVCPUHour, key: "sql.vcpu/{zones}", words: gcpWords, where: map[string]string{
		"description": "Cloud SQL for (?:PostgreSQL|MySQL): (?P<zones>Zonal|Regional) - vCPU in .*"}},
	{unseen: true, service: gcpSQL, unit: cost.UnitGBHour, key: "sql.ram/{zones}", words: gcpWords, where: map[string]string{
		"description": "Cloud SQL for (?:PostgreSQL|MySQL): (?P<zones>Zonal|Regional) - RAM in .*"}},
	{unseen: true, service: gcpSQL, unit: cost.UnitGBMonth, key: "sql.storage/{kind}/{zones}", words: gcpWords, where: map[string]string{
		"description": "Cloud SQL for (?:PostgreSQL|MySQL): (?P<zones>Zonal|Regional) - (?P<kind>Standard storage|Low cost storage) in .*"}},
	{unseen: true, service: gcpKubernetes, unit: cost.UnitHour, key: "gke.cluster", where: map[string]string{"description": "(?:Regional|Zonal) Kubernetes Clusters"}},
	{unseen: true, service: gcpRedis, unit: cost.UnitGBHour, key: "redis.{tier}/{size}", words: gcpWords, where: map[string]string{
		"description": "Redis Capacity (?P<tier>Basic|Standard) (?P<size>M[1-5]) .*"}},
})
