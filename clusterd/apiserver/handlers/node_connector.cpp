#include "clusterd/apiserver/handlers/node_connector.h"

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/document.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr uint16_t kKubeletPort = 10250;
/// The order of kube-apiserver's --kubelet-preferred-address-types in K3s: what needs no name resolution first.
constexpr std::string_view kAddressTypes[] = {"InternalIP", "ExternalIP", "Hostname"};

class DirectConnector final : public NodeConnector {
public:
    explicit DirectConnector(std::function<http::ClientTls()> kubeletTls) : m_kubeletTls(std::move(kubeletTls)) {}

    Result<std::shared_ptr<http::Client>> kubelet(const api::Object &node) override {
        TRY(boost::json::object document, documentOf(node));
        std::string address;
        for (std::string_view type : kAddressTypes)
            for (const boost::json::value &entry : arrayAt(document, "status", "addresses"))
                if (address.empty() && textAt(asObject(entry), "type") == type)
                    address = textAt(asObject(entry), "address");
        if (address.empty())
            return errors::internal(fmt::format("no address of node \"{}\" is known", node.name()));
        int64_t port = intAt(document, "status", "daemonEndpoints", "kubeletEndpoint", "Port");
        http::ClientOptions options;
        options.host = address;
        options.port = port > 0 && port < 65536 ? static_cast<uint16_t>(port) : kKubeletPort;
        options.tls = m_kubeletTls();
        return std::shared_ptr<http::Client>(http::Client::create(std::move(options)));
    }

    std::shared_ptr<http::Client> endpoint(const std::string &host, uint16_t port, bool tls) override {
        http::ClientOptions options;
        options.host = host;
        options.port = port;
        if (tls)
            options.tls = http::ClientTls{.insecureSkipVerify = true};
        return http::Client::create(std::move(options));
    }

private:
    std::function<http::ClientTls()> m_kubeletTls;
};

} // namespace

std::unique_ptr<NodeConnector> createNodeConnector(std::function<http::ClientTls()> kubeletTls) {
    return std::make_unique<DirectConnector>(std::move(kubeletTls));
}

} // namespace coracle::apiserver
