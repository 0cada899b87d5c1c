#pragma once

#include "clusterd/appliance/certificates.h"
#include "clusterd/appliance/notices.h"
#include "clusterd/appliance/status.h"
#include "clusterd/appliance/trial.h"
#include "core/api/object.h"

#include <cstdint>
#include <vector>

/// What needs attention, as rules without I/O: what was seen goes in, notices come out.
namespace coracle::appliance {

void noticeCertificates(const std::vector<CertificateInfo> &certificates, const CertificateAccess &access, WallTime now,
                        std::vector<Notice> &notices);

struct MachineUse {
    uint64_t diskBytes = 0, diskAvailableBytes = 0, memoryBytes = 0, memoryAvailableBytes = 0;
    std::string dataFolder;
};
void noticeMachine(const MachineUse &use, std::vector<Notice> &notices);

void noticeNodes(const std::vector<api::ObjectPtr> &nodes, std::vector<Notice> &notices);
/// One for each workload whose pods do not run; Jobs are left to their own back-off.
void noticePods(const std::vector<api::ObjectPtr> &pods, WallTime now, std::vector<Notice> &notices);
void noticeClaims(const std::vector<api::ObjectPtr> &claims, WallTime now, std::vector<Notice> &notices);
void noticeComponents(const std::vector<Component> &components, std::vector<Notice> &notices);
/// How the last change went, and whether one waits.
void noticeChange(const std::optional<TrialRecord> &last, bool pending, WallTime now, std::vector<Notice> &notices);

} // namespace coracle::appliance
