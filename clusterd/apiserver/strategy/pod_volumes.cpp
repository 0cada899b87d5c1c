#include "clusterd/apiserver/strategy/pod_validation.h"

namespace coracle::apiserver {

namespace {

constexpr int64_t kModeMax = 0777;
constexpr std::string_view kModeWords = "must be a number between 0 and 0777 (octal), both inclusive";

void checkRelative(Checker &check, const FieldPath &path, std::string_view text) {
    if (text.empty()) {
        check.errors.required(path);
        return;
    }
    if (text.starts_with('/'))
        check.errors.invalid(path, text, "must be a relative path");
    if (text == ".." || text.starts_with("../") || text.ends_with("/..") || text.find("/../") != text.npos)
        check.errors.invalid(path, text, "must not contain '..'");
}

void checkItems(Checker &check, const FieldPath &path, const JsonArray &items) {
    for (size_t i = 0; i < items.size(); ++i) {
        const JsonObject &item = asObject(items[i]);
        check.requiredText(path[i], item, "key");
        checkRelative(check, path[i] / "path", textAt(item, "path"));
        check.intRange(path[i], item, "mode", 0, kModeMax, kModeWords);
    }
}

void checkDownwardItems(Checker &check, const FieldPath &path, const JsonArray &items) {
    static constexpr std::string_view kFields[] = {"metadata.annotations", "metadata.labels", "metadata.name",
                                                   "metadata.namespace", "metadata.uid"};
    for (size_t i = 0; i < items.size(); ++i) {
        const JsonObject &item = asObject(items[i]);
        checkRelative(check, path[i] / "path", textAt(item, "path"));
        const bool field = hasAt(item, "fieldRef"), resource = hasAt(item, "resourceFieldRef");
        if (!field && !resource)
            check.errors.required(path[i], "one of fieldRef and resourceFieldRef is required");
        if (field && resource)
            check.errors.invalid(path[i], "resource",
                                 "fieldRef and resourceFieldRef can not be specified simultaneously");
        const std::string_view name = textAt(item, "fieldRef", "fieldPath");
        if (field && name.empty())
            check.errors.required(path[i] / "fieldRef" / "fieldPath");
        else if (field && !oneOf(name, kFields) && !name.starts_with("metadata.labels['") &&
                 !name.starts_with("metadata.annotations['"))
            check.errors.notSupported(path[i] / "fieldRef" / "fieldPath", name, kFields);
        if (resource && textAt(item, "resourceFieldRef", "containerName").empty())
            check.errors.required(path[i] / "resourceFieldRef" / "containerName");
        check.intRange(path[i], item, "mode", 0, kModeMax, kModeWords);
    }
}

void checkTokenProjection(Checker &check, const FieldPath &path, const JsonObject &token) {
    const int64_t seconds = intAt(token, "expirationSeconds");
    if (seconds < 600)
        check.errors.invalid(path / "expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
    else if (seconds > int64_t(1) << 32)
        check.errors.invalid(path / "expirationSeconds", seconds,
                             "may not specify a duration larger than 2^32 seconds");
    if (textAt(token, "path").empty())
        check.errors.required(path / "path");
    else
        checkRelative(check, path / "path", textAt(token, "path"));
}

void checkProjected(Checker &check, const FieldPath &path, const JsonObject &projected) {
    check.intRange(path, projected, "defaultMode", 0, kModeMax, kModeWords);
    std::set<std::string> paths;
    const JsonArray &sources = arrayAt(projected, "sources");
    for (size_t i = 0; i < sources.size(); ++i) {
        const JsonObject &source = asObject(sources[i]);
        const FieldPath own = (path / "sources")[i];
        int kinds = 0;
        for (const std::string_view name :
             {"secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"}) {
            if (!hasAt(source, name))
                continue;
            if (++kinds > 1) {
                check.errors.forbidden(own / name, "may not specify more than 1 volume type per source");
                continue;
            }
            const JsonObject &part = objectAt(source, name);
            if (name == "serviceAccountToken")
                checkTokenProjection(check, own / name, part);
            else if (name == "downwardAPI")
                checkDownwardItems(check, own / name / "items", arrayAt(part, "items"));
            else if (name == "secret" || name == "configMap") {
                check.requiredText(own / name, part, "name");
                checkItems(check, own / name / "items", arrayAt(part, "items"));
            }
            for (const JsonValue &item : arrayAt(part, "items"))
                if (const std::string_view file = textAt(asObject(item), "path");
                    !file.empty() && !paths.emplace(file).second)
                    check.errors.invalid(path, name, "conflicting duplicate paths");
        }
        if (kinds == 0)
            check.errors.required(own, "must specify a volume type");
    }
}

void checkHostPath(Checker &check, const FieldPath &path, const JsonObject &source) {
    static constexpr std::string_view kTypes[] = {
        "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"};
    const std::string_view text = textAt(source, "path");
    if (text.empty())
        check.errors.required(path / "path");
    else if (text == ".." || text.starts_with("../") || text.ends_with("/..") || text.find("/../") != text.npos)
        check.errors.invalid(path / "path", text, "must not contain '..'");
    check.optionalWord(path, source, "type", kTypes);
}

void checkNfs(Checker &check, const FieldPath &path, const JsonObject &source) {
    check.requiredText(path, source, "server");
    if (check.requiredText(path, source, "path") && !textAt(source, "path").starts_with('/'))
        check.errors.invalid(path / "path", textAt(source, "path"), "must be an absolute path");
}

void checkEphemeral(Checker &check, const FieldPath &path, const JsonObject &source) {
    if (!hasAt(source, "volumeClaimTemplate")) {
        check.errors.required(path / "volumeClaimTemplate");
        return;
    }
    const FieldPath spec = path / "volumeClaimTemplate" / "spec";
    const JsonObject &claim = objectAt(source, "volumeClaimTemplate", "spec");
    if (arrayAt(claim, "accessModes").empty())
        check.errors.required(spec / "accessModes", "at least 1 access mode is required");
    if (!hasAt(claim, "resources", "requests", "storage"))
        check.errors.required(spec / "resources" / "requests" / "storage");
}

void checkSource(Checker &check, const FieldPath &path, std::string_view name, const JsonObject &source) {
    if (name == "emptyDir") {
        const JsonValue *limit = memberAt(source, "sizeLimit");
        const auto amount = limit ? api::Quantity::parse(asText(*limit)) : Result<api::Quantity>(api::Quantity());
        if (amount && amount->sign() < 0)
            check.errors.forbidden(path / "sizeLimit", "SizeLimit field must be a valid resource quantity");
    } else if (name == "hostPath") {
        checkHostPath(check, path, source);
    } else if (name == "secret" || name == "configMap") {
        check.requiredText(path, source, name == "secret" ? "secretName" : "name");
        check.intRange(path, source, "defaultMode", 0, kModeMax, kModeWords);
        checkItems(check, path / "items", arrayAt(source, "items"));
    } else if (name == "downwardAPI") {
        check.intRange(path, source, "defaultMode", 0, kModeMax, kModeWords);
        checkDownwardItems(check, path / "items", arrayAt(source, "items"));
    } else if (name == "projected") {
        checkProjected(check, path, source);
    } else if (name == "persistentVolumeClaim") {
        check.requiredText(path, source, "claimName");
    } else if (name == "nfs") {
        checkNfs(check, path, source);
    } else if (name == "csi") {
        check.requiredText(path, source, "driver");
        if (hasAt(source, "nodePublishSecretRef"))
            check.requiredText(path / "nodePublishSecretRef", objectAt(source, "nodePublishSecretRef"), "name");
    } else if (name == "image") {
        check.requiredText(path, source, "reference");
    } else if (name == "ephemeral") {
        checkEphemeral(check, path, source);
    }
}

} // namespace

void validateVolumes(Checker &check, const FieldPath &path, const JsonArray &volumes, PodNames &names) {
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
        if (!names.volumes.emplace(name).second)
            check.errors.duplicate(own / "name", name);
        if (hasAt(volume, "persistentVolumeClaim") || hasAt(volume, "ephemeral"))
            names.claimVolumes.emplace(name);
    }
}

} // namespace coracle::apiserver
