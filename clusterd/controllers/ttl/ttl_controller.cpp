#include "clusterd/controllers/ttl/ttl_controller.h"

#include "core/api/metadata.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"

#include <fmt/format.h>

namespace coracle::controllers {

namespace {

constexpr const char *kAnnotation = "node.alpha.kubernetes.io/ttl";

/// kube-controller-manager's ttl controller: between `from` and `to` nodes the time is `seconds`.
struct Step {
    size_t from, to;
    int seconds;
};
constexpr Step kSteps[] = {{0, 100, 0}, {90, 500, 15}, {450, 1000, 30}, {900, 2000, 60}, {1800, SIZE_MAX, 300}};

} // namespace

int ttlForClusterSize(size_t nodes, int current) {
    size_t step = 0;
    while (step + 1 < std::size(kSteps) && kSteps[step].seconds < current)
        ++step;
    while (nodes > kSteps[step].to)
        ++step;
    while (nodes < kSteps[step].from)
        --step;
    return kSteps[step].seconds;
}

TtlController::TtlController(const ControllerContext &context)
    : Controller(context, "ttl"), m_nodes(informers().get<corev1::Node>()) {
    m_nodes.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        const int ttl = ttlForClusterSize(m_nodes.size(), m_ttl);
        if (const bool changed = std::exchange(m_ttl, ttl) != ttl; changed && m_nodes.synced())
            for (const ObjectPtr &node : m_nodes.list())
                queue().add(node->key());
        if (after && !before)
            queue().add(after->key());
    });
}

Task<Result<>> TtlController::reconcile(std::string key) {
    const ObjectPtr object = m_nodes.get(key);
    if (!object || object->deleting())
        co_return Result<>{};
    CO_TRY(const corev1::Node node, api::decode<corev1::Node>(*object));
    const std::string wanted = std::to_string(m_ttl);
    if (api::annotation(node.metadata, kAnnotation) == wanted)
        co_return Result<>{};
    std::string patch = fmt::format(R"({{"metadata":{{"annotations":{{"{}":"{}"}}}}}})", kAnnotation, wanted);
    auto written =
        co_await client().patch(corev1::Node::resource(), {}, key, client::PatchType::Merge, std::move(patch));
    co_return ignoreNotFound(written);
}

} // namespace coracle::controllers
