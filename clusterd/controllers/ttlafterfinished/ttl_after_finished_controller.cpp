#include "clusterd/controllers/ttlafterfinished/ttl_after_finished_controller.h"

#include "core/client/typed_client.h"

#include <algorithm>

namespace coracle::controllers {

namespace {

/// A date that is set ahead is noticed after this time at the latest.
constexpr Duration kLookAgain = std::chrono::minutes(5);

} // namespace

std::optional<WallTime> expiry(const batchv1::Job &job) {
    if (!job.spec.ttlSecondsAfterFinished || job.metadata.deletionTimestamp)
        return std::nullopt;
    for (const batchv1::JobCondition &condition : job.status.conditions)
        if (condition.status == corev1::kConditionTrue && condition.lastTransitionTime &&
            (condition.type == batchv1::kJobComplete || condition.type == batchv1::kJobFailed))
            return *condition.lastTransitionTime + std::chrono::seconds(*job.spec.ttlSecondsAfterFinished);
    return std::nullopt;
}

TtlAfterFinishedController::TtlAfterFinishedController(const ControllerContext &context)
    : Controller(context, "ttl-after-finished"), m_jobs(informers().get<batchv1::Job>()) {
    m_jobs.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        if (after)
            queue().add(after->key());
    });
}

Task<Result<>> TtlAfterFinishedController::reconcile(std::string key) {
    const ObjectPtr object = m_jobs.get(key);
    if (!object)
        co_return Result<>{};
    CO_TRY(const batchv1::Job job, api::decode<batchv1::Job>(*object));
    const auto end = expiry(job);
    if (!end)
        co_return Result<>{};
    if (const Duration left = *end - clock().now(); left > Duration::zero()) {
        queue().addAfter(key, std::min(left, kLookAgain));
        co_return Result<>{};
    }
    // A longer time to live may have been written just now: then the version is another one, and the key comes again.
    client::DeleteOptions options;
    options.propagationPolicy = "Foreground";
    options.preconditionUid = job.metadata.uid;
    options.preconditionResourceVersion = job.metadata.resourceVersion;
    auto removed = co_await client::remove(client(), job, std::move(options));
    co_return ignoreNotFound(removed);
}

} // namespace coracle::controllers
