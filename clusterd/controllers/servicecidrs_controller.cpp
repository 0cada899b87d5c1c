#include "clusterd/controllers/servicecidrs_controller.h"

#include "core/api/types/networking_v1.h"
#include "core/client/typed_client.h"
#include "core/config/cidr.h"

#include <algorithm>

namespace coracle::controllers {

namespace {

constexpr const char *kFinalizer = "networking.k8s.io/service-cidr-finalizer";
constexpr const char *kReady = "Ready";
constexpr const char *kStillUsed =
    "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";
/// An allocation that still saw the ServiceCIDR ready may be on its way.
constexpr auto kGrace = std::chrono::seconds(2);

std::vector<config::Cidr> networksOf(const networkingv1::ServiceCIDR &cidr) {
    std::vector<config::Cidr> networks;
    for (const std::string &text : cidr.spec.cidrs)
        if (auto network = config::Cidr::parse(text))
            networks.push_back(*network);
    return networks;
}

bool holds(const std::vector<config::Cidr> &networks, const config::Address &address) {
    return std::ranges::any_of(networks, [&](const config::Cidr &network) { return network.contains(address); });
}

} // namespace

ServiceCidrsController::ServiceCidrsController(const ControllerContext &context)
    : Controller(context, "service-cidrs"),
      m_cidrs(informers().get<networkingv1::ServiceCIDR>()),
      m_addresses(informers().get<networkingv1::IPAddress>()) {
    enqueueOnChange(m_cidrs);
    m_cidrs.addHandler([this](const ObjectPtr &before, const ObjectPtr &) {
        if (!before)
            enqueueDeleting(); // a new one may hold what keeps the old
    });
    m_addresses.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        if (!after)
            enqueueDeleting();
    });
}

void ServiceCidrsController::enqueueDeleting() {
    for (const ObjectPtr &cidr : m_cidrs.list())
        if (cidr->deleting())
            queue().add(cidr->key());
}

bool ServiceCidrsController::isNeeded(const ObjectPtr &cidr) const {
    std::vector<config::Cidr> own, others;
    for (const ObjectPtr &object : m_cidrs.list()) {
        const auto decoded = api::decode<networkingv1::ServiceCIDR>(*object);
        if (!decoded || (object->deleting() && object->uid() != cidr->uid()))
            continue;
        const std::vector<config::Cidr> networks = networksOf(*decoded);
        std::vector<config::Cidr> &side = object->uid() == cidr->uid() ? own : others;
        side.insert(side.end(), networks.begin(), networks.end());
    }
    for (const ObjectPtr &object : m_addresses.list())
        if (const auto address = config::Address::parse(object->name());
            address && holds(own, *address) && !holds(others, *address))
            return true;
    return false;
}

Task<Result<>> ServiceCidrsController::reconcile(std::string key) {
    const ObjectPtr stored = m_cidrs.get(key);
    if (!stored)
        co_return Result<>{};
    if (stored->deleting())
        co_return co_await finish(stored);
    CO_TRY(networkingv1::ServiceCIDR cidr, api::decode<networkingv1::ServiceCIDR>(*stored));
    if (std::ranges::find(cidr.metadata.finalizers, kFinalizer) == cidr.metadata.finalizers.end()) {
        cidr.metadata.finalizers.emplace_back(kFinalizer);
        CO_CHECK(co_await client::update(client(), std::move(cidr)));
        co_return Result<>{}; // the change brings it back
    }
    co_return co_await setReady(stored, true, std::string(), std::string("Kubernetes Service CIDR is ready"));
}

Task<Result<>> ServiceCidrsController::finish(ObjectPtr stored) {
    CO_TRY(networkingv1::ServiceCIDR cidr, api::decode<networkingv1::ServiceCIDR>(*stored));
    if (std::ranges::find(cidr.metadata.finalizers, kFinalizer) == cidr.metadata.finalizers.end())
        co_return Result<>{};
    if (isNeeded(stored))
        co_return co_await setReady(stored, false, std::string("Terminating"), std::string(kStillUsed));
    const Duration waited = clock().now() - cidr.metadata.deletionTimestamp.valueOr(WallTime());
    if (waited < kGrace) {
        queue().addAfter(std::string(stored->key()), kGrace - waited);
        co_return Result<>{};
    }
    std::erase(cidr.metadata.finalizers, kFinalizer);
    auto written = co_await client::update(client(), std::move(cidr));
    co_return ignoreNotFound(written);
}

Task<Result<>> ServiceCidrsController::setReady(ObjectPtr stored, bool ready, std::string reason, std::string message) {
    CO_TRY(networkingv1::ServiceCIDR cidr, api::decode<networkingv1::ServiceCIDR>(*stored));
    auto &conditions = cidr.status.conditions;
    const std::string status = ready ? "True" : "False";
    auto condition = std::ranges::find(conditions, kReady, [](const auto &one) { return one.type; });
    if (condition != conditions.end() && condition->status == status)
        co_return Result<>{};
    if (condition == conditions.end())
        condition = conditions.emplace(conditions.end());
    condition->type = kReady;
    condition->status = status;
    condition->reason = reason;
    condition->message = message;
    condition->lastTransitionTime = clock().now();
    auto written = co_await client::updateStatus(client(), std::move(cidr));
    co_return ignoreNotFound(written);
}

} // namespace coracle::controllers
