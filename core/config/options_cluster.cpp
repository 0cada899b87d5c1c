#include "core/config/options.h"

namespace coracle::config::detail {

namespace {

using enum OptionType;
using enum Support;

// What a server decides for the whole cluster, and what every command takes.
// clang-format off

constexpr OptionInfo kGeneral[] = {
    {.name = "config", .shortName = 'c', .type = Path, .environment = "CONFIG_FILE",
     .defaultText = "/etc/clusterd/config.yaml", .help = "file to read options from"},
    {.name = "debug", .type = Bool, .environment = "DEBUG", .defaultText = "false",
     .help = "write debug messages to the log"},
    {.name = "v", .type = Integer, .defaultText = "0",
     .help = "verbosity of the log; from 4 on it holds debug messages"},
    {.name = "vmodule", .support = NoEffect, .help = "verbosity per file, as klog has it"},
    {.name = "log", .shortName = 'l', .type = Path, .help = "write the log to this file"},
    {.name = "log-format", .type = Choice, .defaultText = "text", .choices = "text|json",
     .help = "form of the lines of the log"},
    {.name = "alsologtostderr", .type = Bool, .support = NoEffect, .defaultText = "false",
     .help = "with --log: write to standard error as well"},
    {.name = "data-dir", .shortName = 'd', .type = Path, .environment = "DATA_DIR", .defaultText = "/var/lib/clusterd",
     .help = "folder that holds all state"},
};

constexpr OptionInfo kListener[] = {
    {.name = "bind-address", .type = Address, .defaultText = "0.0.0.0", .help = "address to listen on"},
    {.name = "https-listen-port", .type = Port, .commands = kServer, .defaultText = "6443", .help = "port of the API"},
    {.name = "advertise-address", .type = Address, .commands = kServer, .defaultText = "node-external-ip or node-ip",
     .help = "address that the API is announced with to the members of the cluster"},
    {.name = "advertise-port", .type = Port, .commands = kServer, .defaultText = "https-listen-port",
     .help = "port that the API is announced with"},
    {.name = "tls-san", .commands = kServer, .list = true, .splitCommas = true,
     .help = "further name or address on the API certificate"},
    {.name = "tls-san-security", .type = Bool, .commands = kServer, .support = NoEffect, .defaultText = "true",
     .help = "only names that are configured get onto the API certificate"},
    {.name = "supervisor-port", .type = Port, .commands = kServer, .hidden = true, .support = NoEffect,
     .environment = "SUPERVISOR_PORT", .help = "separate port for joining nodes"},
    {.name = "apiserver-port", .type = Port, .commands = kServer, .hidden = true, .support = NoEffect,
     .environment = "APISERVER_PORT", .help = "internal port of the API"},
    {.name = "apiserver-bind-address", .type = Address, .commands = kServer, .hidden = true, .support = NoEffect,
     .environment = "APISERVER_BIND_ADDRESS", .help = "internal address of the API"},
};

constexpr OptionInfo kNetworking[] = {
    {.name = "cluster-cidr", .type = Cidr, .commands = kServer, .list = true, .splitCommas = true,
     .defaultText = "10.42.0.0/16", .help = "networks that pods get their addresses from, one per family"},
    {.name = "service-cidr", .type = Cidr, .commands = kServer, .list = true, .splitCommas = true,
     .defaultText = "10.43.0.0/16", .help = "networks that services get their addresses from, one per family"},
    {.name = "service-node-port-range", .type = PortRange, .commands = kServer, .defaultText = "30000-32767",
     .help = "ports for services of type NodePort"},
    {.name = "cluster-dns", .type = Address, .commands = kServer, .list = true, .splitCommas = true,
     .defaultText = "the tenth address of service-cidr", .help = "address of the cluster DNS service"},
    {.name = "cluster-domain", .type = DnsName, .commands = kServer, .defaultText = "cluster.local",
     .help = "DNS domain of the cluster"},
    {.name = "flannel-backend", .type = Choice, .commands = kServer, .defaultText = "vxlan",
     .choices = "vxlan|host-gw|wireguard-native|none", .help = "how nodes reach the pods of others"},
    {.name = "flannel-ipv6-masq", .type = Bool, .commands = kServer, .support = NoEffect, .defaultText = "false",
     .help = "masquerade IPv6 traffic of pods"},
    {.name = "flannel-external-ip", .type = Bool, .commands = kServer, .support = NoEffect, .defaultText = "false",
     .help = "use external addresses of nodes between nodes"},
    {.name = "egress-selector-mode", .type = Choice, .commands = kServer, .support = NoEffect, .defaultText = "agent",
     .choices = "agent|cluster|pod|disabled", .help = "how the API reaches nodes and pods"},
    {.name = "servicelb-namespace", .type = DnsName, .commands = kServer, .support = NoEffect,
     .defaultText = "kube-system", .help = "namespace of the load balancer pods"},
};

constexpr OptionInfo kClient[] = {
    {.name = "write-kubeconfig", .shortName = 'o', .type = Path, .commands = kServer,
     .environment = "KUBECONFIG_OUTPUT", .defaultText = "/etc/clusterd/clusterd.yaml",
     .help = "where the kubeconfig for the administrator goes"},
    {.name = "write-kubeconfig-mode", .type = FileMode, .commands = kServer, .environment = "KUBECONFIG_MODE",
     .defaultText = "0600", .help = "file mode of the kubeconfig"},
    {.name = "write-kubeconfig-group", .commands = kServer, .environment = "KUBECONFIG_GROUP",
     .help = "group that owns the kubeconfig"},
};

constexpr OptionInfo kCluster[] = {
    {.name = "token", .shortName = 't', .secret = true, .environment = "TOKEN",
     .defaultText = "made at the first start", .help = "shared secret that nodes join with"},
    {.name = "token-file", .type = Path, .environment = "TOKEN_FILE", .help = "file that holds the token"},
    {.name = "agent-token", .commands = kServer, .secret = true, .environment = "AGENT_TOKEN",
     .defaultText = "the token", .help = "secret that joins agents only"},
    {.name = "agent-token-file", .type = Path, .commands = kServer, .environment = "AGENT_TOKEN_FILE",
     .help = "file that holds the agent token"},
    {.name = "server", .shortName = 's', .type = ServerUrl, .support = Later, .environment = "URL",
     .help = "server to join"},
    {.name = "cluster-init", .type = Bool, .commands = kServer, .support = Later, .environment = "CLUSTER_INIT",
     .defaultText = "false", .help = "begin a cluster of several servers on embedded etcd"},
    {.name = "cluster-reset", .type = Bool, .commands = kServer, .support = Later, .environment = "CLUSTER_RESET",
     .defaultText = "false", .help = "forget all other servers and exit"},
    {.name = "cluster-reset-restore-path", .type = Path, .commands = kServer, .support = Later,
     .help = "snapshot to restore during the reset"},
};

constexpr OptionInfo kDatastore[] = {
    {.name = "datastore-endpoint", .commands = kServer, .secret = true, .support = Later,
     .environment = "DATASTORE_ENDPOINT", .help = "database to use in place of the embedded SQLite"},
    {.name = "datastore-cafile", .type = Path, .commands = kServer, .support = Later, .environment = "DATASTORE_CAFILE",
     .help = "CA of the database"},
    {.name = "datastore-certfile", .type = Path, .commands = kServer, .support = Later,
     .environment = "DATASTORE_CERTFILE", .help = "client certificate for the database"},
    {.name = "datastore-keyfile", .type = Path, .commands = kServer, .support = Later,
     .environment = "DATASTORE_KEYFILE", .help = "client key for the database"},
    {.name = "kine-tls", .type = Bool, .commands = kServer, .hidden = true, .support = NoEffect,
     .help = "TLS on the internal socket of the datastore"},
    {.name = "etcd-expose-metrics", .type = Bool, .commands = kServer, .support = NoEffect, .defaultText = "false",
     .help = "metrics of etcd on all addresses"},
    {.name = "etcd-arg", .type = ComponentArgument, .commands = kServer, .list = true, .support = NoEffect,
     .help = "argument for etcd"},
};

constexpr OptionInfo kSnapshots[] = {
    {.name = "etcd-disable-snapshots", .type = Bool, .commands = kServer, .support = NoEffect,
     .help = "take no scheduled snapshots"},
    {.name = "etcd-snapshot-name", .commands = kServer, .support = NoEffect, .defaultText = "etcd-snapshot",
     .help = "base name of snapshots"},
    {.name = "etcd-snapshot-schedule-cron", .commands = kServer, .support = NoEffect, .defaultText = "0 */12 * * *",
     .help = "when snapshots are taken"},
    {.name = "etcd-snapshot-reconcile-interval", .type = Duration, .commands = kServer, .support = NoEffect,
     .defaultText = "10m", .help = "how often snapshots are looked over"},
    {.name = "etcd-snapshot-retention", .type = Integer, .commands = kServer, .defaultText = "5",
     .help = "automatic back-ups of the datastore to keep"},
    {.name = "etcd-snapshot-dir", .type = Path, .commands = kServer, .defaultText = "<data-dir>/backups",
     .help = "folder of back-ups of the datastore"},
    {.name = "etcd-snapshot-compress", .type = Bool, .commands = kServer, .support = NoEffect,
     .help = "compress snapshots"},
    {.name = "etcd-s3", .type = Bool, .commands = kServer, .support = Later, .defaultText = "false",
     .help = "copy snapshots to S3"},
    {.name = "etcd-s3-endpoint", .commands = kServer, .support = NoEffect, .defaultText = "s3.amazonaws.com",
     .help = "S3 endpoint"},
    {.name = "etcd-s3-endpoint-ca", .type = Path, .commands = kServer, .support = NoEffect,
     .help = "CA of the S3 endpoint"},
    {.name = "etcd-s3-skip-ssl-verify", .type = Bool, .commands = kServer, .support = NoEffect,
     .help = "trust any certificate of the S3 endpoint"},
    {.name = "etcd-s3-access-key", .commands = kServer, .secret = true, .support = NoEffect,
     .environment = "AWS_ACCESS_KEY_ID", .help = "S3 access key"},
    {.name = "etcd-s3-secret-key", .commands = kServer, .secret = true, .support = NoEffect,
     .environment = "AWS_SECRET_ACCESS_KEY", .help = "S3 secret key"},
    {.name = "etcd-s3-session-token", .commands = kServer, .secret = true, .support = NoEffect,
     .environment = "AWS_SESSION_TOKEN", .help = "S3 session token"},
    {.name = "etcd-s3-bucket", .commands = kServer, .support = NoEffect, .help = "S3 bucket"},
    {.name = "etcd-s3-bucket-lookup-type", .type = Choice, .commands = kServer, .support = NoEffect,
     .defaultText = "auto", .choices = "auto|dns|path", .help = "S3 bucket look-up"},
    {.name = "etcd-s3-region", .commands = kServer, .support = NoEffect, .defaultText = "us-east-1",
     .help = "S3 region"},
    {.name = "etcd-s3-folder", .commands = kServer, .support = NoEffect, .help = "folder in the S3 bucket"},
    {.name = "etcd-s3-retention", .type = Integer, .commands = kServer, .support = NoEffect, .defaultText = "5",
     .help = "snapshots to keep on S3"},
    {.name = "etcd-s3-proxy", .commands = kServer, .support = NoEffect, .help = "proxy for S3"},
    {.name = "etcd-s3-config-secret", .commands = kServer, .support = NoEffect,
     .help = "Secret in kube-system with the S3 settings"},
    {.name = "etcd-s3-insecure", .type = Bool, .commands = kServer, .support = NoEffect, .help = "S3 over plain HTTP"},
    {.name = "etcd-s3-timeout", .type = Duration, .commands = kServer, .support = NoEffect, .defaultText = "5m",
     .help = "time limit of S3 requests"},
};

constexpr OptionInfo kComponents[] = {
    {.name = "disable", .commands = kServer, .list = true, .splitCommas = true,
     .help = "packaged component to leave out"},
    {.name = "disable-scheduler", .type = Bool, .commands = kServer, .defaultText = "false",
     .help = "run no scheduler"},
    {.name = "disable-cloud-controller", .type = Bool, .commands = kServer, .support = NoEffect, .defaultText = "false",
     .help = "run no cloud controller"},
    {.name = "disable-kube-proxy", .type = Bool, .commands = kServer, .defaultText = "false",
     .help = "do not program services on the node"},
    {.name = "disable-network-policy", .type = Bool, .commands = kServer, .support = NoEffect, .defaultText = "false",
     .help = "do not enforce network policies"},
    {.name = "disable-helm-controller", .type = Bool, .commands = kServer, .support = NoEffect, .defaultText = "false",
     .help = "run no Helm controller"},
    {.name = "disable-controller-manager", .type = Bool, .commands = kServer, .hidden = true, .defaultText = "false",
     .help = "run no controllers"},
    {.name = "disable-apiserver", .type = Bool, .commands = kServer, .hidden = true, .support = Later,
     .defaultText = "false", .help = "run no API"},
    {.name = "disable-etcd", .type = Bool, .commands = kServer, .hidden = true, .support = Later,
     .defaultText = "false", .help = "run no etcd"},
    {.name = "disable-agent", .type = Bool, .commands = kServer, .hidden = true, .defaultText = "false",
     .help = "run no node on this machine"},
    {.name = "embedded-registry", .type = Bool, .commands = kServer, .support = Later, .defaultText = "false",
     .help = "nodes get images from each other"},
    {.name = "supervisor-metrics", .type = Bool, .commands = kServer, .support = NoEffect, .defaultText = "false",
     .help = "metrics of the supervisor on its port"},
    {.name = "enable-pprof", .type = Bool, .support = NoEffect, .defaultText = "false", .help = "profiling end points"},
    {.name = "helm-job-image", .commands = kServer, .support = NoEffect, .help = "image of Helm jobs"},
    {.name = "helm-controller-arg", .type = ComponentArgument, .commands = kServer, .list = true, .support = NoEffect,
     .help = "argument for the Helm controller"},
    {.name = "system-default-registry", .commands = kServer, .environment = "SYSTEM_DEFAULT_REGISTRY",
     .help = "registry for all system images"},
    {.name = "default-local-storage-path", .type = Path, .commands = kServer, .defaultText = "<data-dir>/storage",
     .help = "root of local volumes"},
    {.name = "upgrade-source", .type = Path, .commands = kServer, .defaultText = "<data-dir>/upgrades",
     .help = "folder or channel file that new versions are taken from"},
    {.name = "secrets-encryption", .type = Bool, .commands = kServer, .support = Later, .defaultText = "false",
     .help = "encrypt Secrets in the datastore"},
    {.name = "secrets-encryption-provider", .type = Choice, .commands = kServer, .support = NoEffect,
     .defaultText = "aescbc", .choices = "aescbc|secretbox", .help = "how Secrets are encrypted"},
    {.name = "kube-apiserver-arg", .type = ComponentArgument, .commands = kServer, .list = true,
     .help = "argument for kube-apiserver"},
    {.name = "oidc", .type = Choice, .commands = kServer, .defaultText = "custom", .choices = "none|custom|inherit",
     .help = "identity provider: none, that of kube-apiserver-arg, or the fleet's (oidc.yaml beside the "
             "configuration file)"},
    {.name = "kube-controller-manager-arg", .type = ComponentArgument, .commands = kServer, .list = true,
     .help = "argument for kube-controller-manager"},
    {.name = "kube-scheduler-arg", .type = ComponentArgument, .commands = kServer, .list = true,
     .help = "argument for kube-scheduler"},
    {.name = "kube-cloud-controller-manager-arg", .type = ComponentArgument, .commands = kServer, .list = true,
     .support = NoEffect, .help = "argument for kube-cloud-controller-manager"},
    {.name = "kube-controller-arg", .type = ComponentArgument, .commands = kServer, .list = true, .hidden = true,
     .help = "argument for kube-controller"},
    {.name = "kube-cloud-controller-arg", .type = ComponentArgument, .commands = kServer, .list = true, .hidden = true,
     .support = NoEffect, .help = "argument for kube-cloud-controller"},
};
// clang-format on

} // namespace

std::vector<OptionSection> clusterOptions() {
    return {{"General", kGeneral},     {"Listener", kListener},    {"Cluster networking", kNetworking},
            {"Client", kClient},       {"Cluster", kCluster},      {"Datastore", kDatastore},
            {"Snapshots", kSnapshots}, {"Components", kComponents}};
}

} // namespace coracle::config::detail
