#pragma once

#include "core/api/object.h"
#include "core/api/types/core_v1.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::controllers {

/// The volumes that nobody has claimed, decoded once and found by their class, so that a claim does not look at every
/// volume of the cluster. Fed by an informer's handler; pointers are good until the next apply().
class FreeVolumes {
public:
    /// The volume as it is now; whether it is free.
    bool apply(const corev1::PersistentVolume &volume);
    void remove(std::string_view name);

    void collect(std::string_view storageClass, std::vector<const corev1::PersistentVolume *> &volumes) const;

private:
    using ByName = std::map<std::string, corev1::PersistentVolume, std::less<>>;
    std::map<std::string, ByName, std::less<>> m_classes;
    std::map<std::string, std::string, std::less<>> m_classOf; ///< of each volume that is in m_classes
};

} // namespace coracle::controllers
