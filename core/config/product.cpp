#include "core/config/product.h"

namespace coracle::config {

namespace fs = std::filesystem;

Product Product::named(std::string_view argv0, bool isRoot, const fs::path &home) {
    const bool k3s = fs::path(argv0).filename() == "k3s";
    Product product{
        .name = k3s ? "k3s" : "clusterd",
        .configFolder = k3s ? "/etc/rancher/k3s" : "/etc/clusterd",
        .nodeFolder = k3s ? "/etc/rancher/node" : "/etc/clusterd/node",
        .dataDir = k3s ? "/var/lib/rancher/k3s" : "/var/lib/clusterd",
        .runFolder = k3s ? "/run/k3s" : "/run/clusterd",
        .kubeconfig = k3s ? "/etc/rancher/k3s/k3s.yaml" : "/etc/clusterd/clusterd.yaml",
    };
    if (!isRoot) {
        product.dataDir = home / (k3s ? ".rancher/k3s" : ".clusterd");
        product.kubeconfig = home / ".kube" / (product.name + ".yaml");
        product.nodeFolder = product.dataDir / "agent" / product.nodeFolder.relative_path();
    }
    return product;
}

} // namespace coracle::config
