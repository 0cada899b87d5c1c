#pragma once

#include "core/api/ptr.h"
#include "core/api/selector.h"
#include "core/api/types/meta_v1.h"

namespace coracle::controllers {

/// The selector of a workload; an absent one selects nothing.
inline Result<api::LabelSelector> workloadSelector(const api::Ptr<metav1::LabelSelector> &selector) {
    return selector ? api::LabelSelector::from(*selector) : Result<api::LabelSelector>(api::LabelSelector::nothing());
}

} // namespace coracle::controllers
