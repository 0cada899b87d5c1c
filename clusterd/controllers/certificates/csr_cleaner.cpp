#include "clusterd/controllers/certificates/csr_cleaner.h"

#include "core/client/typed_client.h"
#include "core/pki/certificate.h"

#include <algorithm>

namespace coracle::controllers {

namespace {

using certificatesv1::CertificateSigningRequest;

constexpr auto kDone = std::chrono::hours(1);
constexpr auto kWaiting = std::chrono::hours(24);
constexpr auto kLongestWait = std::chrono::hours(24); // what is far away is looked at again

} // namespace

WallTime endOfRequest(const CertificateSigningRequest &request) {
    const WallTime made = request.metadata.creationTimestamp.valueOr(WallTime());
    const bool issued = !request.status.certificate.empty();
    std::optional<WallTime> end;
    const auto consider = [&](WallTime time) { end = end ? std::min(*end, time) : time; };
    for (const auto &condition : request.status.conditions) {
        const WallTime since = condition.lastUpdateTime.valueOr(condition.lastTransitionTime.valueOr(made));
        if (condition.type == "Denied" || condition.type == "Failed")
            consider(since + kDone);
        else if (condition.type == "Approved")
            consider(since + (issued ? std::chrono::hours(kDone) : kWaiting));
    }
    if (issued)
        if (const auto certificate = pki::Certificate::fromPem(request.status.certificate))
            consider(certificate->notAfter());
    return end ? *end : made + kWaiting;
}

CsrCleaner::CsrCleaner(const ControllerContext &context)
    : Controller(context, "csrcleaner"), m_requests(informers().get<CertificateSigningRequest>()) {
    enqueueOnChange(m_requests);
}

Task<Result<>> CsrCleaner::reconcile(std::string key) {
    const ObjectPtr object = m_requests.get(key);
    if (!object || object->deleting())
        co_return Result<>{};
    CO_TRY(const CertificateSigningRequest request, api::decode<CertificateSigningRequest>(*object));
    const auto left = endOfRequest(request) - clock().now();
    if (left > std::chrono::microseconds::zero()) {
        queue().addAfter(std::move(key), std::min<std::chrono::microseconds>(left, kLongestWait));
        co_return Result<>{};
    }
    client::DeleteOptions options;
    options.preconditionUid = request.metadata.uid;
    auto removed = co_await client::remove(client(), request, std::move(options));
    co_return ignoreNotFoundOrConflict(removed);
}

} // namespace coracle::controllers
