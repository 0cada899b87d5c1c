#pragma once

#include "clusterd/controllers/volume/persistent_volume_controller.h"
#include "clusterd/volume/annotations.h"
#include "core/api/types/storage_v1.h"
#include "tests/clusterd/controllers/controllers_fixture.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::test {

/// Claims, volumes and classes of the namespace "default".
struct VolumeFixture : ControllersFixture {
    using ControllersFixture::ControllersFixture;
    using Claim = corev1::PersistentVolumeClaim;
    using Volume = corev1::PersistentVolume;

    /// The rest is further members of spec, with a comma before them; likewise below.
    client::ObjectPtr makeClaim(const std::string &name, const std::string &rest = {},
                                const std::string &size = "1Gi") {
        return create(fmt::format(R"({{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{{"name":"{}",
            "namespace":"default"}},"spec":{{"accessModes":["ReadWriteOnce"],
            "resources":{{"requests":{{"storage":"{}"}}}}{}}}}})",
                                  name, size, rest));
    }
    client::ObjectPtr makeVolume(const std::string &name, const std::string &rest = {}, const std::string &size = "1Gi",
                                 const std::string &metadata = {}) {
        return create(fmt::format(R"({{"apiVersion":"v1","kind":"PersistentVolume","metadata":{{"name":"{}"{}}},
            "spec":{{"accessModes":["ReadWriteOnce"],"capacity":{{"storage":"{}"}},"hostPath":{{"path":"/x"}}{}}}}})",
                                  name, metadata, size, rest));
    }
    void makeClass(const std::string &name, const std::string &provisioner, const std::string &mode = "Immediate",
                   const std::string &rest = {}, bool isDefault = false) {
        create(fmt::format(
            R"({{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{{"name":"{}","annotations":
            {{"storageclass.kubernetes.io/is-default-class":"{}"}}}},"provisioner":"{}","volumeBindingMode":"{}"{}}})",
            name, isDefault, provisioner, mode, rest));
    }
    Claim claim(const std::string &name) { return *read<Claim>("default", name); }
    Volume volume(const std::string &name) { return *read<Volume>("", name); }
    std::string claimPhase(const std::string &name) {
        const auto found = read<Claim>("default", name);
        return found ? found->status.phase : "gone";
    }
    std::string volumePhase(const std::string &name) {
        const auto found = read<Volume>("", name);
        return found ? found->status.phase : "gone";
    }
    bool bound(const std::string &claimName, const std::string &volumeName) {
        const auto c = read<Claim>("default", claimName);
        const auto v = read<Volume>("", volumeName);
        return c && v && c->status.phase == "Bound" && v->status.phase == "Bound" && c->spec.volumeName == volumeName &&
               v->spec.claimRef && v->spec.claimRef->uid == c->metadata.uid;
    }
    template<class T>
    void remove(const std::string &name) {
        const bool namespaced = T::resource().namespaced;
        auto removed = api.run(api.client().remove(T::resource(), namespaced ? "default" : "", name));
        if (!removed)
            qFatal("%s", removed.error().message.c_str());
    }
    void annotate(const std::string &claimName, std::string_view key, const std::string &value) {
        merge(Claim::resource(), "default", claimName,
              fmt::format(R"({{"metadata":{{"annotations":{{"{}":"{}"}}}}}})", key, value));
    }
    bool hasEvent(std::string_view reason, std::string_view message = {}, const std::string &space = "default") {
        settle();
        return std::ranges::any_of(list<corev1::Event>(space), [&](const corev1::Event &event) {
            return event.reason == reason && (message.empty() || event.message == message);
        });
    }
};

} // namespace coracle::test
