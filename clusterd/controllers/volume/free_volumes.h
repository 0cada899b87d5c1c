#pragma once

#include "core/api/object.h"
#include "core/api/quantity.h"
#include "core/api/types/core_v1.h"

#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace coracle::controllers {

/// The volumes that nobody has claimed, decoded once and found by their class, in the order in which claims prefer
/// them, so that a claim looks at no more volumes than it has to. Fed by an informer's handler.
class FreeVolumes {
public:
    /// The volume as it is now; whether it is free.
    bool apply(const corev1::PersistentVolume &volume);
    void remove(std::string_view name);

    /// What volume::findMatch() would choose of the free volumes of the claim's class, where no node is asked for. Null
    /// when there is none; good until the next apply() or remove().
    const corev1::PersistentVolume *choose(const corev1::PersistentVolumeClaim &claim) const;
    bool has(std::string_view storageClass) const { return m_classes.contains(storageClass); }

private:
    /// As findMatch() ranks them: number of access modes, capacity, name.
    using Rank = std::tuple<size_t, api::Quantity, std::string>;
    struct Place {
        std::string storageClass;
        Rank rank;
    };
    std::map<std::string, std::map<Rank, corev1::PersistentVolume>, std::less<>> m_classes;
    std::map<std::string, Place, std::less<>> m_places; ///< of each volume that is in m_classes
};

} // namespace coracle::controllers
