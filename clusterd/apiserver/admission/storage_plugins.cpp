#include "clusterd/apiserver/admission/plugins.h"

#include "core/api/quantity.h"

#include <algorithm>
#include <fmt/format.h>

/// DefaultStorageClass, StorageObjectInUseProtection, PersistentVolumeClaimResize, DefaultIngressClass,
/// DenyServiceExternalIPs.
namespace coracle::apiserver {

namespace {

class DefaultStorageClass final : public DirectPlugin {
public:
    explicit DefaultStorageClass(const Reader &reader)
        : DirectPlugin("DefaultStorageClass", {Operation::Create}), m_reader(reader) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "persistentvolumeclaims"))
            return {};
        JsonObject &claim = *attributes.object;
        // An empty text is a choice: no class.
        if (hasAt(claim, "spec", "storageClassName") ||
            hasAt(claim, "metadata", "annotations", "volume.beta.kubernetes.io/storage-class"))
            return {};
        const auto chosen =
            defaultObject(m_reader, "storage.k8s.io", "storageclasses", "storageclass.kubernetes.io/is-default-class");
        if (chosen)
            ensureObject(claim, "spec")["storageClassName"] = textAt(*chosen, "metadata", "name");
        return {};
    }

private:
    const Reader &m_reader;
};

class StorageObjectInUseProtection final : public DirectPlugin {
public:
    StorageObjectInUseProtection() : DirectPlugin("StorageObjectInUseProtection", {Operation::Create}) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        std::string_view finalizer;
        if (isAbout(attributes, "", "persistentvolumes"))
            finalizer = "kubernetes.io/pv-protection";
        else if (isAbout(attributes, "", "persistentvolumeclaims"))
            finalizer = "kubernetes.io/pvc-protection";
        else if (isAbout(attributes, "storage.k8s.io", "volumeattributesclasses"))
            finalizer = "kubernetes.io/vac-protection";
        else
            return {};
        JsonArray &finalizers = ensureArray(ensureObject(*attributes.object, "metadata"), "finalizers");
        if (std::ranges::find(finalizers, JsonValue(finalizer)) == finalizers.end())
            finalizers.emplace_back(finalizer);
        return {};
    }
};

class PersistentVolumeClaimResize final : public DirectPlugin {
public:
    explicit PersistentVolumeClaimResize(const Reader &reader)
        : DirectPlugin("PersistentVolumeClaimResize", {Operation::Update}), m_reader(reader) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "persistentvolumeclaims") || !attributes.old)
            return {};
        const JsonObject &claim = *attributes.object, &old = *attributes.old;
        const auto now = api::Quantity::parse(textAt(claim, "spec", "resources", "requests", "storage"));
        const auto before = api::Quantity::parse(textAt(old, "spec", "resources", "requests", "storage"));
        if (!now || !before || *now <= *before)
            return {};
        if (textAt(old, "status", "phase") != "Bound")
            return denied(attributes, "Only bound persistent volume claims can be expanded");
        const auto chosen =
            readJson(m_reader, "storage.k8s.io", "storageclasses", {}, textAt(claim, "spec", "storageClassName"));
        if (!chosen || !flagAt(*chosen, "allowVolumeExpansion"))
            return denied(attributes, "only dynamically provisioned pvc can be resized and the storageclass that "
                                      "provisions the pvc must support resize");
        return {};
    }

private:
    const Reader &m_reader;
};

class DefaultIngressClass final : public DirectPlugin {
public:
    explicit DefaultIngressClass(const Reader &reader)
        : DirectPlugin("DefaultIngressClass", {Operation::Create}), m_reader(reader) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "networking.k8s.io", "ingresses"))
            return {};
        JsonObject &ingress = *attributes.object;
        if (hasAt(ingress, "spec", "ingressClassName") ||
            hasAt(ingress, "metadata", "annotations", "kubernetes.io/ingress.class"))
            return {};
        const auto chosen = defaultObject(m_reader, "networking.k8s.io", "ingressclasses",
                                          "ingressclass.kubernetes.io/is-default-class");
        if (chosen)
            ensureObject(ingress, "spec")["ingressClassName"] = textAt(*chosen, "metadata", "name");
        return {};
    }

private:
    const Reader &m_reader;
};

class DenyServiceExternalIPs final : public DirectPlugin {
public:
    DenyServiceExternalIPs() : DirectPlugin("DenyServiceExternalIPs", {Operation::Create, Operation::Update}) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "services"))
            return {};
        const JsonArray &before = attributes.old ? arrayAt(*attributes.old, "spec", "externalIPs") : kNoArray;
        for (const JsonValue &ip : arrayAt(*attributes.object, "spec", "externalIPs"))
            if (std::ranges::find(before, ip) == before.end())
                return denied(attributes, "Use of external IPs is denied by admission control");
        return {};
    }
};

} // namespace

Plugin makeDefaultStorageClass(const Reader &reader) {
    return std::make_unique<DefaultStorageClass>(reader);
}
Plugin makeStorageObjectInUseProtection() {
    return std::make_unique<StorageObjectInUseProtection>();
}
Plugin makePersistentVolumeClaimResize(const Reader &reader) {
    return std::make_unique<PersistentVolumeClaimResize>(reader);
}
Plugin makeDefaultIngressClass(const Reader &reader) {
    return std::make_unique<DefaultIngressClass>(reader);
}
Plugin makeDenyServiceExternalIPs() {
    return std::make_unique<DenyServiceExternalIPs>();
}

} // namespace coracle::apiserver
