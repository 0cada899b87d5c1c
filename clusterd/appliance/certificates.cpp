#include "clusterd/appliance/certificates.h"

#include "clusterd/appliance/body_reader.h"
#include "clusterd/appliance/operation_routes.h"
#include "core/api/time.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::appliance {

namespace json = boost::json;

namespace {

json::object describe(const CertificateInfo &certificate, CertificateHealth health) {
    static constexpr std::string_view kHealths[] = {"ok", "expiring", "expired"};
    json::object made{{"file", certificate.file},
                      {"subject", certificate.subject},
                      {"issuer", certificate.issuer},
                      {"usages", json::value_from(certificate.usages)},
                      {"notBefore", api::Time(certificate.notBefore).text()},
                      {"notAfter", api::Time(certificate.notAfter).text()},
                      {"isCa", certificate.isCa},
                      {"health", kHealths[static_cast<size_t>(health)]}};
    if (!certificate.service.empty())
        made["service"] = certificate.service;
    return made;
}

Task<Result<Reply>> list(const CertificateAccess &access, Clock &clock) {
    auto certificates = access.list();
    std::ranges::stable_sort(certificates, {}, &CertificateInfo::notAfter);
    json::array items;
    for (const CertificateInfo &certificate : certificates)
        items.push_back(describe(certificate, healthOf(certificate, access, clock.now())));
    co_return Reply::json(json::object{{"items", std::move(items)},
                                       {"services", json::value_from(access.services)},
                                       {"renewBeforeMs", access.renewBefore.count()}});
}

/// The old files are kept beside, and come back when the daemon does not become ready with the new ones.
Task<Result<Reply>> rotate(Call &call, const CertificateAccess &access, Restarter &restarter) {
    CO_TRY(BodyReader body, BodyReader::parse(call.request.body));
    const std::vector<std::string> services = body.texts("services");
    for (const std::string &service : services)
        if (std::ranges::find(access.services, service) == access.services.end())
            body.fail("services", "FieldValueNotSupported",
                      fmt::format("\"{}\" is not one of {}", service, fmt::join(access.services, ", ")));
    RestartRequest request{.kind = OperationKind::RotateCertificates};
    request.deadline =
        std::chrono::milliseconds(body.integer("deadlineMs", kDeadlineLeastMs, kDeadlineMostMs, kDeadlineDefaultMs));
    CO_CHECK(body.finish("RotateRequest"));
    request.files = access.files(services);
    request.change = [&] { return access.rotate(services); };
    json::array files;
    for (const std::filesystem::path &file : request.files)
        files.emplace_back(file.string());
    request.result["files"] = std::move(files);
    CO_TRY(const auto operation, restarter.apply(std::move(request)));
    co_return accepted(*operation);
}

} // namespace

CertificateHealth healthOf(const CertificateInfo &certificate, const CertificateAccess &access, WallTime now) {
    return certificate.notAfter <= now                       ? CertificateHealth::Expired
           : certificate.notAfter - now < access.renewBefore ? CertificateHealth::Expiring
                                                             : CertificateHealth::Ok;
}

void addCertificateRoutes(Router &router, const CertificateAccess &access, Restarter &restarter, Clock &clock) {
    router.add("GET", "/certificates", [&](Call &) { return list(access, clock); });
    router.add("POST", "/certificates/rotate", [&](Call &call) { return rotate(call, access, restarter); });
}

} // namespace coracle::appliance
