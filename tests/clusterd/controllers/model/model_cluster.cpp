#include "clusterd/controllers/bootstrap/bootstrap_signer.h"
#include "clusterd/controllers/bootstrap/token_cleaner.h"
#include "clusterd/controllers/certificates/csr_cleaner.h"
#include "clusterd/controllers/certificates/csr_controllers.h"
#include "clusterd/controllers/clusterrole_aggregation_controller.h"
#include "clusterd/controllers/servicecidrs_controller.h"
#include "clusterd/controllers/ttl/ttl_controller.h"
#include "core/api/metadata.h"
#include "core/api/types/networking_v1.h"
#include "core/api/types/rbac_v1.h"
#include "core/pki/csr.h"
#include "tests/clusterd/controllers/model/model_world.h"

#include <algorithm>
#include <boost/json/object.hpp>

namespace coracle::test {

using namespace controllers;
using certificatesv1::CertificateSigningRequest;
using corev1::ConfigMap;
using corev1::Secret;
using networkingv1::IPAddress;
using networkingv1::ServiceCIDR;
using rbacv1::ClusterRole;

namespace {

/// ClusterRoles that become parts of an aggregated one and stop being it; people write its rules themselves.
class ClusterRoleModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<ClusterRoleAggregationController>(context));
    }
    void prepare(ModelWorld &world) override {
        world.create(R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"all"},)"
                     R"("aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"to":"all"}}]},"rules":[]})");
    }
    void act(ModelWorld &world) override {
        const std::string part = fmt::format("part-{}", world.below(4));
        const std::string rules =
            fmt::format(R"("rules":[{{"apiGroups":[""],"resources":["r{}"],"verbs":["get"]}}])", world.below(6));
        switch (world.below(7)) {
        case 0:
        case 1:
            world.make(fmt::format(R"({{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":)"
                                   R"({{"name":"{}","labels":{{"to":"all"}}}},{}}})",
                                   part, rules));
            break;
        case 2:
            world.patch<ClusterRole>(part, "{" + rules + "}");
            break;
        case 3:
            world.patch<ClusterRole>(
                part, fmt::format(R"({{"metadata":{{"labels":{{"to":"{}"}}}}}})", world.once(2) ? "all" : "nobody"));
            break;
        case 4:
            world.remove<ClusterRole>(part);
            break;
        default:
            world.patch<ClusterRole>("all", "{" + rules + "}");
        }
    }
    std::string fault(ModelWorld &world) override {
        std::set<std::string> wanted, found;
        for (const ClusterRole &role : world.all<ClusterRole>()) {
            const auto label = role.metadata.labels.find("to");
            for (const auto &rule : role.rules)
                if (role.metadata.name == "all")
                    found.insert(rule.resources.at(0));
                else if (label != role.metadata.labels.end() && label->second == "all")
                    wanted.insert(rule.resources.at(0));
        }
        return found == wanted ? "" : fmt::format("{} rules are aggregated, not {}", found.size(), wanted.size());
    }
};

/// Networks overlap, come and go, with and without addresses in them.
class ServiceCidrModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<ServiceCidrsController>(context));
    }
    void act(ModelWorld &world) override {
        constexpr const char *kNetworks[] = {"10.99.0.0/16", "10.99.1.0/24", "10.99.2.0/24"};
        const size_t number = world.below(3);
        const std::string name = fmt::format("s{}", number), address = fmt::format("10.99.{}.7", world.below(3));
        switch (world.below(7)) {
        case 0:
        case 1:
        case 2:
            world.make(fmt::format(R"({{"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":)"
                                   R"({{"name":"{}"}},"spec":{{"cidrs":["{}"]}}}})",
                                   name, kNetworks[number]));
            break;
        case 3:
            world.make(fmt::format(R"({{"apiVersion":"networking.k8s.io/v1","kind":"IPAddress","metadata":)"
                                   R"({{"name":"{}"}},"spec":{{"parentRef":{{"resource":"services","namespace":"d",)"
                                   R"("name":"s"}}}}}})",
                                   address));
            break;
        case 4:
            world.remove<IPAddress>(address);
            break;
        default:
            world.remove<ServiceCIDR>(name);
        }
    }
    std::string fault(ModelWorld &world) override {
        const auto cidrs = world.all<ServiceCIDR>();
        for (const ServiceCIDR &cidr : cidrs) {
            const std::string &name = cidr.metadata.name;
            const bool leaving = static_cast<bool>(cidr.metadata.deletionTimestamp);
            if (cidr.metadata.finalizers.size() != 1 || cidr.status.conditions.size() != 1)
                return name + " lacks its finalizer or its condition";
            if (!leaving && cidr.status.conditions[0].status != "True")
                return name + " is not ready";
            if (leaving && !isNeeded(world, cidr, cidrs))
                return name + " stays without an address";
        }
        return {};
    }
    /// By the second number of the network and the addresses; s0 holds them all.
    static bool isNeeded(ModelWorld &world, const ServiceCIDR &cidr, const std::vector<ServiceCIDR> &all) {
        const auto holds = [](const ServiceCIDR &one, const std::string &address) {
            return one.metadata.name == "s0" || one.metadata.name.substr(1) == address.substr(6, 1);
        };
        return std::ranges::any_of(world.all<IPAddress>(), [&](const IPAddress &address) {
            return holds(cidr, address.metadata.name) && std::ranges::none_of(all, [&](const ServiceCIDR &other) {
                       return !other.metadata.deletionTimestamp && holds(other, address.metadata.name);
                   });
        });
    }
};

/// Every SubjectAccessReview is answered with yes.
class OpenReview final : public apiserver::CreateAction {
    Task<Result<boost::json::object>> create(apiserver::RequestScope &, boost::json::object review) override {
        review["status"] = boost::json::object{{"allowed", true}};
        co_return review;
    }
};

/// Requests of nodes and of people, some of them denied; all of them end.
class CertificateModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<CsrApprovingController>(context));
        manager.add(std::make_unique<CsrSigningController>(
            context, [](const std::string &, const std::string &, const std::vector<std::string> &, Duration) {
                return Result<std::string>("-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n");
            }));
        manager.add(std::make_unique<CsrCleaner>(context));
    }
    void prepare(ModelWorld &world) override {
        world.api.server().registry().addAction("authorization.k8s.io", "subjectaccessreviews", "", review);
    }
    void act(ModelWorld &world) override {
        const std::string name = fmt::format("r{}", world.below(5));
        switch (world.below(6)) {
        case 0:
        case 1:
        case 2:
            make(world, name, world.once(3) ? "example.com/people" : "kubernetes.io/kube-apiserver-client-kubelet");
            break;
        case 3:
            world.patch<CertificateSigningRequest>(
                name, R"({"status":{"conditions":[{"type":"Denied","status":"True","reason":"No"}]}})", "approval");
            break;
        case 4:
            world.remove<CertificateSigningRequest>(name);
            break;
        default:
            world.clock.advance(std::chrono::minutes(world.below(90)));
        }
    }
    void make(ModelWorld &world, const std::string &name, const char *signer) {
        if (pem.empty()) {
            const auto key = pki::KeyPair::generateEcdsa();
            pem = pki::SigningRequest::create(*key, {.commonName = "system:node:n", .organizations = {"system:nodes"}})
                      ->pem();
        }
        CertificateSigningRequest request;
        request.metadata.name = name;
        request.spec.signerName = signer;
        request.spec.usages = {"digital signature", "client auth"};
        request.spec.request = pem;
        (void)world.api.run(client::create(world.api.client(), request));
    }
    std::string fault(ModelWorld &world) override {
        for (const CertificateSigningRequest &request : world.all<CertificateSigningRequest>()) {
            std::set<std::string> conditions;
            for (const auto &condition : request.status.conditions)
                conditions.insert(condition.type);
            const bool node = request.spec.signerName != "example.com/people", denied = conditions.contains("Denied");
            if (node && !denied && (!conditions.contains("Approved") || request.status.certificate.empty()))
                return request.metadata.name + " has no certificate";
            if (!node && !request.status.certificate.empty())
                return request.metadata.name + " was signed by the wrong signer";
            if (endOfRequest(request) <= world.clock.now())
                return request.metadata.name + " stays after its end";
        }
        return {};
    }

    OpenReview review;
    std::string pem;
};

/// Bootstrap tokens that end, change what they are good for, and go; cluster-info changes and is damaged.
class BootstrapModel final : public Model {
    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<BootstrapSigner>(context));
        manager.add(std::make_unique<TokenCleaner>(context));
    }
    void act(ModelWorld &world) override {
        const std::string id = fmt::format("aaaaa{}", world.below(4)), name = "bootstrap-token-" + id;
        switch (world.below(8)) {
        case 0:
        case 1:
        case 2:
            world.make(fmt::format(
                R"({{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"{}","namespace":"kube-system"}},"type":)"
                R"("bootstrap.kubernetes.io/token","stringData":{{"token-id":"{}","token-secret":"0123456789abcdef",)"
                R"("usage-bootstrap-signing":"{}"{}}}}})",
                name, id, world.below(4) > 0,
                world.once(2)
                    ? fmt::format(R"(,"expiration":"{}")",
                                  api::Time(world.clock.now() + std::chrono::minutes(5 + world.below(60))).text())
                    : ""));
            break;
        case 3:
            world.remove(Secret::resource(), "kube-system", name);
            break;
        case 4:
            world.make(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cluster-info","namespace":)"
                       R"("kube-public"},"data":{"kubeconfig":"first"}})");
            break;
        case 5:
            world.patch(ConfigMap::resource(), "kube-public", "cluster-info",
                        fmt::format(R"({{"data":{{"kubeconfig":"text {}"}}}})", world.below(5)));
            break;
        case 6:
            world.patch(ConfigMap::resource(), "kube-public", "cluster-info",
                        fmt::format(R"({{"data":{{"jws-kubeconfig-{}":"damaged"}}}})", id));
            break;
        default:
            if (world.once(3))
                world.remove(ConfigMap::resource(), "kube-public", "cluster-info");
        }
    }
    std::string fault(ModelWorld &world) override {
        std::map<std::string, std::string, std::less<>> wanted;
        const auto info = world.read<ConfigMap>("kube-public", "cluster-info");
        const std::string text = info ? info->data.at("kubeconfig") : "";
        for (const Secret &secret : world.all<Secret>()) {
            const auto value = [&](const char *name) {
                const auto found = secret.data.find(name);
                return found == secret.data.end() ? std::string() : std::string(found->second);
            };
            if (const std::string end = value("expiration");
                !end.empty() && **api::Time::parse(end) <= world.clock.now())
                return secret.metadata.name + " stays after its end";
            if (value("usage-bootstrap-signing") == "true")
                wanted["jws-kubeconfig-" + value("token-id")] =
                    detachedSignature(text, value("token-id"), value("token-secret"));
        }
        if (!info)
            return {};
        wanted["kubeconfig"] = text;
        return info->data == wanted ? "" : "cluster-info has other signatures than those of the tokens";
    }
};

/// A cluster that grows and shrinks over the bounds of the first steps.
class TtlModel final : public Model {
    static constexpr size_t kBatch = 35, kBatches = 4;

    void addControllers(const ControllerContext &context, ControllerManager &manager) override {
        manager.add(std::make_unique<TtlController>(context));
    }
    void act(ModelWorld &world) override {
        const bool come = world.once(2);
        const size_t batch = world.below(kBatches);
        if (!world.once(4))
            return;
        for (size_t i = 0; i < kBatch; ++i) {
            const std::string name = fmt::format("n{}-{}", batch, i);
            if (come)
                world.make(fmt::format(R"({{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{}"}}}})", name));
            else
                world.remove<corev1::Node>(name);
        }
    }
    std::string fault(ModelWorld &world) override {
        const auto nodes = world.all<corev1::Node>();
        std::set<std::string> values;
        for (const corev1::Node &node : nodes)
            values.emplace(api::annotation(node.metadata, "node.alpha.kubernetes.io/ttl").value_or("none"));
        std::set<std::string> right; // between the bounds either will do
        if (nodes.size() <= 100)
            right.insert("0");
        if (nodes.size() >= 90)
            right.insert("15");
        if (values.size() > 1 || (values.size() == 1 && !right.contains(*values.begin())))
            return fmt::format("{} nodes have {} values, the first {}", nodes.size(), values.size(), *values.begin());
        return {};
    }
};

} // namespace

std::unique_ptr<Model> ttlModel() {
    return std::make_unique<TtlModel>();
}

std::unique_ptr<Model> clusterRoleModel() {
    return std::make_unique<ClusterRoleModel>();
}

std::unique_ptr<Model> serviceCidrModel() {
    return std::make_unique<ServiceCidrModel>();
}

std::unique_ptr<Model> certificateModel() {
    return std::make_unique<CertificateModel>();
}

std::unique_ptr<Model> bootstrapModel() {
    return std::make_unique<BootstrapModel>();
}

} // namespace coracle::test
