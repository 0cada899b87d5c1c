#include "clusterd/apiserver/strategy/device_validation.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr size_t kSelectorsMax = 32, kExpressionMax = 10 * 1024, kParametersMax = 10 * 1024;
constexpr size_t kDriverMax = 63, kPoolMax = 253, kDomainMax = 63, kIdentifierMax = 32;

} // namespace

void validateDeviceSelectors(Checker &check, const FieldPath &path, const JsonObject &owner) {
    check.maxItems(path, owner, "selectors", kSelectorsMax);
    check.each(path, owner, "selectors", [&](const FieldPath &own, const JsonObject &selector) {
        if (!hasAt(selector, "cel"))
            check.errors.required(own / "cel");
        else if (textAt(selector, "cel", "expression").size() > kExpressionMax)
            check.errors.tooLong(own / "cel" / "expression", kExpressionMax);
    });
}

void validateDeviceConfiguration(Checker &check, const FieldPath &path, const JsonObject &owner) {
    const FieldPath own = path / "opaque";
    if (!hasAt(owner, "opaque")) {
        check.errors.required(own);
        return;
    }
    const JsonObject &opaque = objectAt(owner, "opaque");
    validateDriverName(check, own, opaque, "driver");
    const JsonValue *parameters = memberAt(opaque, "parameters");
    if (!parameters)
        check.errors.required(own / "parameters");
    else if (const Shown text(*parameters); text.text.size() > kParametersMax)
        check.errors.tooLong(own / "parameters", kParametersMax);
    else if (!parameters->is_object())
        check.errors.invalid(own / "parameters", "<value omitted>", "parameters must be a valid JSON object");
}

void validateDeviceKey(Checker &check, const FieldPath &path, std::string_view key, bool domainNeeded) {
    const size_t slash = key.find('/');
    std::string_view identifier = key;
    if (slash != key.npos) {
        const std::string_view domain = key.substr(0, slash);
        identifier = key.substr(slash + 1);
        if (domain.empty())
            check.errors.required(path, "the domain must not be empty");
        else if (domain.size() > kDomainMax)
            check.errors.tooLong(path, kDomainMax);
        else
            check.errors.invalidEach(path, domain, csiDriverNameErrors(domain));
    } else if (domainNeeded) {
        check.errors.invalid(path, key, "must include a domain");
    }
    if (identifier.empty())
        check.errors.required(path, slash == key.npos ? "" : "the name must not be empty");
    else if (identifier.size() > kIdentifierMax)
        check.errors.tooLong(path, kIdentifierMax);
    else
        check.errors.invalidEach(path, identifier, cIdentifierErrors(identifier));
}

void validateDriverName(Checker &check, const FieldPath &path, const JsonObject &owner, std::string_view member) {
    if (!check.requiredText(path, owner, member, csiDriverNameErrors))
        return;
    check.maxBytes(path, owner, member, kDriverMax);
}

void validatePoolName(Checker &check, const FieldPath &path, std::string_view name) {
    if (name.empty()) {
        check.errors.required(path);
        return;
    }
    if (name.size() > kPoolMax)
        check.errors.tooLong(path, kPoolMax);
    for (;;) {
        const size_t slash = name.find('/');
        check.errors.invalidEach(path, name.substr(0, slash), dns1123SubdomainErrors(name.substr(0, slash)));
        if (slash == name.npos)
            return;
        name.remove_prefix(slash + 1);
    }
}

void validateDeviceTaint(Checker &check, const FieldPath &path, const JsonObject &taint) {
    static constexpr std::string_view kEffects[] = {"NoExecute", "NoSchedule", "None"};
    check.errors.invalidEach(path / "key", textAt(taint, "key"), qualifiedNameErrors(textAt(taint, "key")));
    check.optionalText(path, taint, "value", labelValueErrors);
    check.requiredWord(path, taint, "effect", kEffects);
}

} // namespace coracle::apiserver
