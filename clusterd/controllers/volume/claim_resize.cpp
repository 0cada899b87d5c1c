#include "clusterd/controllers/volume/claim_resize.h"

#include "clusterd/volume/matching.h"

#include <algorithm>

namespace coracle::controllers::resize {

namespace {

constexpr const char *kStorage = "storage";
constexpr std::string_view kConditions[] = {"Resizing", "FileSystemResizePending", "ControllerResizeError",
                                            "NodeResizeError"};

bool isAboutSize(const corev1::PersistentVolumeClaimCondition &condition) {
    return std::ranges::find(kConditions, condition.type) != std::end(kConditions);
}

} // namespace

bool isWanted(const corev1::PersistentVolumeClaim &claim) {
    const auto has = claim.status.capacity.find(kStorage);
    return claim.status.phase == "Bound" && has != claim.status.capacity.end() &&
           has->second < volume::requestedStorage(claim);
}

bool begin(corev1::PersistentVolumeClaim &claim, const api::Quantity &wanted, WallTime now) {
    corev1::PersistentVolumeClaimStatus &status = claim.status;
    const auto allocated = status.allocatedResources.find(kStorage);
    const bool begun = std::ranges::any_of(status.conditions, isAboutSize);
    if (begun && allocated != status.allocatedResources.end() && allocated->second == wanted)
        return false;
    status.allocatedResources[kStorage] = wanted;
    status.allocatedResourceStatuses[kStorage] = "ControllerResizeInProgress";
    if (!begun) {
        corev1::PersistentVolumeClaimCondition &condition = status.conditions.emplace_back();
        condition.type = "Resizing";
        condition.status = "True";
        condition.lastTransitionTime = api::Time(now);
    }
    return true;
}

void finish(corev1::PersistentVolumeClaim &claim, const api::Quantity &capacity) {
    corev1::PersistentVolumeClaimStatus &status = claim.status;
    status.capacity[kStorage] = capacity;
    status.allocatedResources[kStorage] = capacity;
    status.allocatedResourceStatuses.erase(kStorage);
    std::erase_if(status.conditions, isAboutSize);
}

} // namespace coracle::controllers::resize
