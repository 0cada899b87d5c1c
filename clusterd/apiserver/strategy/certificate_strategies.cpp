#include "clusterd/apiserver/strategy/strategies.h"
#include "core/pki/csr.h"
#include "core/pki/encoding.h"

#include <set>

/// certificates.k8s.io.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");
constexpr std::string_view kUsages[] = {"any",
                                        "cert sign",
                                        "client auth",
                                        "code signing",
                                        "content commitment",
                                        "crl sign",
                                        "data encipherment",
                                        "decipher only",
                                        "digital signature",
                                        "email protection",
                                        "encipher only",
                                        "ipsec end system",
                                        "ipsec tunnel",
                                        "ipsec user",
                                        "key agreement",
                                        "key encipherment",
                                        "microsoft sgc",
                                        "netscape sgc",
                                        "ocsp signing",
                                        "s/mime",
                                        "server auth",
                                        "signing",
                                        "timestamping"};

void validateRequest(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    const auto pem = pki::fromBase64(textAt(spec, "request"));
    const auto request =
        pem ? pki::SigningRequest::fromPem(*pem) : Result<pki::SigningRequest>(errors::other("is not base64"));
    if (!request)
        check.errors.invalid(kSpec / "request", textAt(spec, "request"), request.error().message);
    const JsonArray &usages = arrayAt(spec, "usages");
    if (usages.empty())
        check.errors.required(kSpec / "usages", "usages must be provided");
    std::set<std::string_view> seen;
    for (size_t i = 0; i < usages.size(); ++i) {
        const FieldPath own = (kSpec / "usages")[i];
        if (!oneOf(asText(usages[i]), kUsages))
            check.errors.notSupported(own, asText(usages[i]), kUsages);
        else if (!seen.insert(asText(usages[i])).second)
            check.errors.duplicate(own, asText(usages[i]));
    }
    const std::string_view signer = textAt(spec, "signerName");
    if (signer == "kubernetes.io/legacy-unknown")
        check.errors.invalid(kSpec / "signerName", signer, "the legacy signerName is not allowed via this API version");
    else if (check.requiredText(kSpec, spec, "signerName", domainPrefixedPathErrors) &&
             signer.substr(0, signer.find('/')).find('.') == signer.npos)
        check.errors.invalid(kSpec / "signerName", signer,
                             "should be a domain with at least two segments separated by dots");
    check.intRange(kSpec, spec, "expirationSeconds", 600, INT32_MAX,
                   "may not specify a duration less than 600 seconds (10 minutes)");
}

bool hasCondition(const JsonObject &object, std::string_view type) {
    for (const JsonValue &condition : arrayAt(object, "status", "conditions"))
        if (textAt(asObject(condition), "type") == type)
            return true;
    return false;
}

void checkConditions(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kStatuses[] = {"True", "False", "Unknown"};
    static constexpr std::string_view kTrue[] = {"True"};
    static constexpr std::string_view kVerdicts[] = {"Approved", "Denied", "Failed"};
    std::set<std::string_view> seen;
    check.each(FieldPath("status"), objectAt(object, "status"), "conditions",
               [&](const FieldPath &own, const JsonObject &condition) {
                   const std::string_view type = textAt(condition, "type"), status = textAt(condition, "status");
                   if (type.empty())
                       check.errors.required(own / "type");
                   if (oneOf(type, kVerdicts) && status != "True")
                       check.errors.notSupported(own / "status", status, kTrue);
                   else
                       check.requiredWord(own, condition, "status", kStatuses);
                   if (!seen.insert(type).second)
                       check.errors.duplicate(own / "type", type);
               });
    if (seen.contains("Approved") && seen.contains("Denied"))
        check.errors.invalid(FieldPath("status.conditions"), "Approved,Denied",
                             "Approved and Denied conditions are mutually exclusive");
}

void checkCertificate(Checker &check, const JsonObject &object) {
    const std::string_view encoded = textAt(object, "status", "certificate");
    if (encoded.empty())
        return;
    if (pki::fromBase64(encoded).value_or("").find("-----BEGIN CERTIFICATE-----") == std::string::npos)
        check.errors.invalid(FieldPath("status.certificate"), "<certificate data>",
                             "must contain one or more PEM CERTIFICATE blocks");
}

/// The registry fills spec.username, uid, groups and extra from the request's user; they and the rest of the spec do
/// not change afterwards. Verdicts come through /approval, certificates through /status.
class SigningRequestStrategy final : public Strategy {
public:
    void prepareForCreate(const StrategyContext &, JsonObject &object) const override {
        object["status"].emplace_object();
    }

    void prepareForUpdate(const StrategyContext &context, JsonObject &object, const JsonObject &old) const override {
        copyMember(object, old, "spec");
        if (context.subresource.empty()) {
            copyMember(object, old, "status");
        } else if (context.subresource == "approval") {
            JsonObject &status = ensureObject(object, "status");
            copyMember(status, objectAt(old, "status"), "certificate");
        }
    }

    void validate(const StrategyContext &, const JsonObject &object, std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        validateRequest(check, object);
    }

    void validateUpdate(const StrategyContext &context, const JsonObject &object, const JsonObject &old,
                        std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        const FieldPath conditions("status.conditions");
        checkConditions(check, object);
        checkCertificate(check, object);
        for (const std::string_view type : {"Approved", "Denied"}) {
            if (hasCondition(object, type) == hasCondition(old, type))
                continue;
            if (!hasCondition(object, type))
                check.errors.forbidden(conditions,
                                       "updates may not remove a condition of type \"" + std::string(type) + "\"");
            else if (context.subresource != "approval")
                check.errors.forbidden(conditions,
                                       "updates may not add a condition of type \"" + std::string(type) + "\"");
        }
        if (!textAt(old, "status", "certificate").empty() &&
            !sameMember(objectAt(object, "status"), objectAt(old, "status"), "certificate"))
            check.errors.forbidden(FieldPath("status.certificate"), "updates may not modify an issued certificate");
    }
};

} // namespace

void addCertificateStrategies(StrategyMap &map) {
    map.make<SigningRequestStrategy>("certificates.k8s.io", "certificatesigningrequests");
}

} // namespace coracle::apiserver
