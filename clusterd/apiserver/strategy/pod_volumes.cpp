#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/volume_sources.h"

#include <fmt/format.h>

/// Volumes of pods: those made of the cluster's own objects here, others in volume_sources.cpp.
namespace coracle::apiserver {

namespace {

constexpr int64_t kModeMax = 0777;
constexpr std::string_view kModeWords = "must be a number between 0 and 0777 (octal), both inclusive";
constexpr std::string_view kDownwardFields[] = {"metadata.annotations", "metadata.labels", "metadata.name",
                                                "metadata.namespace", "metadata.uid"};

void checkMode(Checker &check, const FieldPath &path, const JsonObject &object, std::string_view name) {
    check.intRange(path, object, name, 0, kModeMax, kModeWords);
}

void checkFilePath(Checker &check, const FieldPath &path, const JsonObject &item) {
    if (textAt(item, "path").empty())
        check.errors.required(path / "path");
    check.localPath(path / "path", textAt(item, "path"));
}

void checkItems(Checker &check, const FieldPath &path, const JsonObject &source) {
    check.each(path, source, "items", [&](const FieldPath &own, const JsonObject &item) {
        check.requiredText(own, item, "key");
        checkFilePath(check, own, item);
        checkMode(check, own, item, "mode");
    });
}

void checkDownwardItem(Checker &check, const FieldPath &path, const JsonObject &item) {
    checkFilePath(check, path, item);
    const bool field = hasAt(item, "fieldRef"), resource = hasAt(item, "resourceFieldRef");
    if (field) {
        validateFieldRef(check, path / "fieldRef", objectAt(item, "fieldRef"), kDownwardFields);
        if (resource)
            check.errors.invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
    } else if (resource) {
        validateResourceFieldRef(check, path / "resourceFieldRef", objectAt(item, "resourceFieldRef"), true);
    } else {
        check.errors.required(path, "one of fieldRef and resourceFieldRef is required");
    }
    checkMode(check, path, item, "mode");
}

void checkDownward(Checker &check, const FieldPath &path, const JsonObject &source) {
    check.each(path, source, "items",
               [&](const FieldPath &own, const JsonObject &item) { checkDownwardItem(check, own, item); });
}

void checkToken(Checker &check, const FieldPath &path, const JsonObject &token) {
    const int64_t seconds = intAt(token, "expirationSeconds");
    if (seconds < 600)
        check.errors.invalid(path / "expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
    else if (seconds > int64_t(1) << 32)
        check.errors.invalid(path / "expirationSeconds", seconds,
                             "may not specify a duration larger than 2^32 seconds");
    checkFilePath(check, path, token);
}

void checkTrustBundle(Checker &check, const FieldPath &path, const JsonObject &bundle) {
    const bool byName = hasAt(bundle, "name"), bySigner = hasAt(bundle, "signerName");
    if (byName && bySigner)
        check.errors.invalid(path, bundle, "only one of name and signerName may be used");
    else if (!byName && !bySigner)
        check.errors.required(path, "either name or signerName must be specified");
    else if (byName && hasAt(bundle, "labelSelector"))
        check.errors.invalid(path / "labelSelector", objectAt(bundle, "labelSelector"),
                             "labelSelector must be unset if name is specified");
    else if (byName)
        check.requiredText(path, bundle, "name");
    else
        check.requiredText(path, bundle, "signerName", domainPrefixedPathErrors);
    check.labelSelector(path / "labelSelector", objectAt(bundle, "labelSelector"));
    checkFilePath(check, path, bundle);
}

void checkPodCertificate(Checker &check, const FieldPath &path, const JsonObject &certificate) {
    static constexpr std::string_view kKeyTypes[] = {"ECDSAP256", "ECDSAP384", "ECDSAP521",
                                                     "ED25519",   "RSA3072",   "RSA4096"};
    check.requiredText(path, certificate, "signerName", domainPrefixedPathErrors);
    if (!oneOf(textAt(certificate, "keyType"), kKeyTypes))
        check.errors.notSupported(path / "keyType", textAt(certificate, "keyType"), kKeyTypes);
    check.intRange(path, certificate, "maxExpirationSeconds", 3600, int64_t(91) * 24 * 3600,
                   "must be between 3600 and 7862400, inclusive");
    const bool whole = !textAt(certificate, "credentialBundlePath").empty(),
               parts = !textAt(certificate, "keyPath").empty() || !textAt(certificate, "certificateChainPath").empty();
    if (!whole && !parts)
        check.errors.required(path, "specify at least one of credentialBundlePath, keyPath, and "
                                    "certificateChainPath");
    for (const std::string_view name : {"credentialBundlePath", "keyPath", "certificateChainPath"})
        check.localPath(path / name, textAt(certificate, name));
}

/// One kind each; returns how many it names.
int checkProjection(Checker &check, const FieldPath &path, const JsonObject &source) {
    int kinds = 0;
    for (const std::string_view name :
         {"secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"}) {
        if (!hasAt(source, name))
            continue;
        const FieldPath own = path / name;
        const JsonObject &part = objectAt(source, name);
        if (++kinds > 1)
            check.errors.forbidden(own, "may not specify more than 1 volume type per source");
        else if (name == "serviceAccountToken")
            checkToken(check, own, part);
        else if (name == "downwardAPI")
            checkDownward(check, own, part);
        else if (name == "clusterTrustBundle")
            checkTrustBundle(check, own, part);
        else if (name == "podCertificate")
            checkPodCertificate(check, own, part);
        else {
            check.requiredText(own, part, "name");
            checkItems(check, own, part);
        }
    }
    return kinds;
}

void checkProjected(Checker &check, const FieldPath &path, const JsonObject &projected) {
    std::set<std::string, std::less<>> paths;
    check.each(path, projected, "sources", [&](const FieldPath &own, const JsonObject &source) {
        if (checkProjection(check, own, source) == 0)
            check.errors.required(own, "must specify a volume type");
        for (const auto &[name, part] : source) {
            auto taken = [&](std::string_view file) {
                if (!file.empty() && !paths.emplace(file).second)
                    check.errors.invalid(path, source, fmt::format("conflicting duplicate paths ({})", file));
            };
            for (const JsonValue &item : arrayAt(asObject(part), "items"))
                taken(textAt(asObject(item), "path"));
            if (name == "serviceAccountToken" || name == "clusterTrustBundle")
                taken(textAt(asObject(part), "path"));
        }
    });
    checkMode(check, path, projected, "defaultMode");
}

void checkEmptyDir(Checker &check, const FieldPath &path, const JsonObject &source) {
    const JsonValue *limit = memberAt(source, "sizeLimit");
    const auto amount = limit ? api::Quantity::parse(asText(*limit)) : Result<api::Quantity>(api::Quantity());
    if (amount && amount->sign() < 0)
        check.errors.forbidden(path / "sizeLimit", "SizeLimit field must be a valid resource quantity");
}

void checkEphemeral(Checker &check, const FieldPath &path, const JsonObject &source) {
    const FieldPath own = path / "volumeClaimTemplate";
    if (!hasAt(source, "volumeClaimTemplate")) {
        check.errors.required(own);
        return;
    }
    const JsonObject &claim = objectAt(source, "volumeClaimTemplate");
    check.labels(own / "metadata" / "labels", objectAt(claim, "metadata", "labels"));
    check.annotations(own / "metadata" / "annotations", objectAt(claim, "metadata", "annotations"));
    for (const auto &[name, value] : objectAt(claim, "metadata"))
        if (name != "labels" && name != "annotations" && name != "creationTimestamp")
            check.errors.forbidden(own / "metadata" / name,
                                   "this field is not copied to the created PVC and may not be set");
    validateClaimSpec(check, own / "spec", objectAt(claim, "spec"));
}

void checkSource(Checker &check, const FieldPath &path, std::string_view name, const JsonObject &source) {
    if (name == "emptyDir") {
        checkEmptyDir(check, path, source);
    } else if (name == "secret" || name == "configMap") {
        check.requiredText(path, source, name == "secret" ? "secretName" : "name");
        checkMode(check, path, source, "defaultMode");
        checkItems(check, path, source);
    } else if (name == "downwardAPI") {
        checkMode(check, path, source, "defaultMode");
        checkDownward(check, path, source);
    } else if (name == "projected") {
        checkProjected(check, path, source);
    } else if (name == "persistentVolumeClaim") {
        check.requiredText(path, source, "claimName");
    } else if (name == "image") {
        static constexpr std::string_view kPolicies[] = {"Always", "IfNotPresent", "Never"};
        check.requiredText(path, source, "reference");
        check.requiredWord(path, source, "pullPolicy", kPolicies);
    } else if (name == "ephemeral") {
        checkEphemeral(check, path, source);
    } else {
        validateVolumeSource(check, path, name, source, VolumeUse::Pod);
    }
}

} // namespace

void validateVolumes(Checker &check, const FieldPath &path, const JsonArray &volumes, PodScope &scope) {
    for (size_t i = 0; i < volumes.size(); ++i) {
        const JsonObject &volume = asObject(volumes[i]);
        const FieldPath own = path[i];
        int sources = 0;
        for (const auto &[name, value] : volume) {
            if (name == "name" || value.is_null())
                continue;
            if (++sources > 1)
                check.errors.forbidden(own / name, "may not specify more than 1 volume type");
            else
                checkSource(check, own / name, name, asObject(value));
        }
        if (sources == 0)
            check.errors.required(own, "must specify a volume type");
        const std::string_view name = textAt(volume, "name");
        if (!check.requiredText(own, volume, "name", dns1123LabelErrors))
            continue;
        if (!scope.volumes.emplace(name, &volume).second)
            check.errors.duplicate(own / "name", name);
    }
}

} // namespace coracle::apiserver
