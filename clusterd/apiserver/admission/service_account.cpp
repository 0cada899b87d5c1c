#include "clusterd/apiserver/admission/plugins.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kTokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr std::string_view kMirrorAnnotation = "kubernetes.io/config.mirror";
constexpr int64_t kTokenSeconds = 3607; // the odd number tells the API server that it may live longer

/// token, ca.crt and namespace, as every pod gets them.
JsonObject tokenVolume(std::string name) {
    JsonObject field{{"fieldRef", JsonObject{{"apiVersion", "v1"}, {"fieldPath", "metadata.namespace"}}},
                     {"path", "namespace"}};
    JsonArray sources;
    sources.push_back(
        JsonObject{{"serviceAccountToken", JsonObject{{"expirationSeconds", kTokenSeconds}, {"path", "token"}}}});
    JsonArray items{JsonObject{{"key", "ca.crt"}, {"path", "ca.crt"}}};
    sources.push_back(JsonObject{{"configMap", JsonObject{{"items", std::move(items)}, {"name", "kube-root-ca.crt"}}}});
    JsonArray fields;
    fields.push_back(std::move(field));
    sources.push_back(JsonObject{{"downwardAPI", JsonObject{{"items", std::move(fields)}}}});
    return {{"name", std::move(name)},
            {"projected", JsonObject{{"defaultMode", 420}, {"sources", std::move(sources)}}}};
}

/// Gives pods their service account and its token (plugin/pkg/admission/serviceaccount).
class ServiceAccount final : public DirectPlugin {
public:
    ServiceAccount(const Reader &reader, Random &random)
        : DirectPlugin("ServiceAccount", {Operation::Create}), m_reader(reader), m_random(random) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "pods"))
            return {};
        JsonObject &pod = *attributes.object;
        JsonObject &spec = ensureObject(pod, "spec");
        if (hasAt(pod, "metadata", "annotations", kMirrorAnnotation))
            return checkMirror(attributes, spec);
        if (textAt(spec, "serviceAccountName").empty())
            spec["serviceAccountName"] = "default";
        spec["serviceAccount"] = spec["serviceAccountName"];
        const std::string name(textAt(spec, "serviceAccountName"));
        const auto account = readJson(m_reader, "", "serviceaccounts", attributes.namespaceName, name);
        if (!account)
            return denied(attributes,
                          fmt::format("error looking up service account {}/{}: serviceaccount \"{}\" not found",
                                      attributes.namespaceName, name, name));
        if (wantsToken(spec, *account))
            mountToken(spec);
        if (arrayAt(spec, "imagePullSecrets").empty() && !arrayAt(*account, "imagePullSecrets").empty())
            copyMember(spec, *account, "imagePullSecrets");
        return {};
    }

private:
    static Result<> checkMirror(const AdmissionAttributes &attributes, const JsonObject &spec) {
        if (!textAt(spec, "serviceAccountName").empty())
            return denied(attributes, "a mirror pod may not reference service accounts");
        for (const JsonValue &volume : arrayAt(spec, "volumes")) {
            if (hasAt(asObject(volume), "secret"))
                return denied(attributes, "a mirror pod may not reference secrets");
            for (const JsonValue &source : arrayAt(asObject(volume), "projected", "sources"))
                if (hasAt(asObject(source), "serviceAccountToken"))
                    return denied(attributes, "a mirror pod may not use ServiceAccountToken volume projections");
        }
        return {};
    }

    static bool wantsToken(const JsonObject &spec, const JsonObject &account) {
        const JsonObject &decides = hasAt(spec, "automountServiceAccountToken") ? spec : account;
        return !hasAt(decides, "automountServiceAccountToken") || flagAt(decides, "automountServiceAccountToken");
    }

    void mountToken(JsonObject &spec) {
        std::string name;
        for (const JsonValue &volume : arrayAt(spec, "volumes"))
            if (textAt(asObject(volume), "name").starts_with("kube-api-access-"))
                name = textAt(asObject(volume), "name");
        const bool exists = !name.empty();
        if (!exists)
            name = "kube-api-access-" + m_random.suffix(5);
        bool used = false;
        for (const std::string_view list : {"initContainers", "containers"}) {
            if (arrayAt(spec, list).empty())
                continue;
            for (JsonValue &value : ensureArray(spec, list)) {
                if (!value.is_object())
                    continue;
                JsonObject &container = value.get_object();
                if (std::ranges::any_of(arrayAt(container, "volumeMounts"), [](const JsonValue &mount) {
                        return textAt(asObject(mount), "mountPath") == kTokenPath;
                    }))
                    continue;
                ensureArray(container, "volumeMounts")
                    .push_back(JsonObject{{"name", name}, {"readOnly", true}, {"mountPath", kTokenPath}});
                used = true;
            }
        }
        if (used && !exists)
            ensureArray(spec, "volumes").push_back(tokenVolume(name));
    }

    const Reader &m_reader;
    Random &m_random;
};

} // namespace

Plugin makeServiceAccount(const Reader &reader, Random &random) {
    return std::make_unique<ServiceAccount>(reader, random);
}

} // namespace coracle::apiserver
