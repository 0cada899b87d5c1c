#include "clusterd/appliance/notice_rules.h"

#include "core/api/json_access.h"
#include "core/api/time.h"

#include <boost/json/parse.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <map>

namespace coracle::appliance {

namespace json = boost::json;
using namespace api::json;

namespace {

constexpr auto kSoonExpired = std::chrono::hours(24 * 30);
constexpr auto kPendingLong = std::chrono::minutes(5);
constexpr auto kChangeShown = std::chrono::hours(24 * 7); ///< a roll-back is told for a week
constexpr double kDiskCritical = 0.05, kDiskLow = 0.15;   ///< of it are free; the kubelet evicts below 0.10
constexpr double kMemoryLow = 0.05;

std::optional<WallTime> timeAt(const json::value *value) {
    auto time = api::MicroTime::parse(text(value));
    return time && *time ? std::optional<WallTime>(**time) : std::nullopt;
}

const json::value *conditionOf(const json::object &object, std::string_view type) {
    for (const json::value &condition : items(at(object, {"status", "conditions"})))
        if (text(member(&condition, "type")) == type)
            return &condition;
    return nullptr;
}

std::string mebibytes(uint64_t bytes) {
    return fmt::format("{}", bytes >> 20);
}

Notice aboutObject(const api::Object &object, std::string reason, Severity severity) {
    Notice notice{.reason = std::move(reason), .subject = object.key(), .severity = severity};
    notice.object = Notice::Object{std::string(object.apiVersion()), std::string(object.kind()),
                                   std::string(object.namespaceName()), std::string(object.name())};
    return notice;
}

/// Why the pod does not run: the reason of a container that waits or has failed; empty: it does.
std::string whyFailing(const json::object &pod) {
    if (text(at(pod, {"status", "phase"})) == "Failed") {
        const std::string_view reason = text(at(pod, {"status", "reason"}));
        return reason.empty() ? "Failed" : std::string(reason);
    }
    for (const std::string_view list : {"initContainerStatuses", "containerStatuses"})
        for (const json::value &status : items(at(pod, {"status", list}))) {
            const std::string_view reason = text(member(member(member(&status, "state"), "waiting"), "reason"));
            if (!reason.empty() && reason != "ContainerCreating" && reason != "PodInitializing")
                return std::string(reason);
        }
    return {};
}

struct PodGroup {
    api::ObjectPtr first;
    std::string reason, detail;
    size_t count = 0;
    std::optional<WallTime> since;
};

/// Of many pods of one workload one is told.
void addTo(std::map<std::string, PodGroup> &groups, const api::ObjectPtr &pod, std::string reason, std::string detail,
           std::optional<WallTime> since) {
    const api::Object::Owner *owner = pod->controller();
    const std::string key =
        owner ? fmt::format("{}/{}/{}", pod->namespaceName(), owner->kind, owner->name) : pod->key();
    PodGroup &group = groups[key];
    if (group.count++ == 0) {
        group.first = pod;
        group.reason = std::move(reason);
        group.detail = std::move(detail);
    }
    if (since && (!group.since || *since < *group.since))
        group.since = since;
}

void tellGroups(const std::map<std::string, PodGroup> &groups, std::string_view reason, std::string_view mend,
                std::vector<Notice> &notices) {
    for (const auto &[key, group] : groups) {
        Notice notice = aboutObject(*group.first, std::string(reason), Severity::Warning);
        notice.subject = key;
        notice.message = fmt::format("pod {}{}: {}{}", group.first->key(),
                                     group.count > 1 ? fmt::format(" and {} more", group.count - 1) : "", group.reason,
                                     group.detail.empty() ? "" : ": " + group.detail);
        notice.mend = mend;
        notice.parameters = {{"pod", group.first->key()},
                             {"count", fmt::format("{}", group.count)},
                             {"reason", group.reason},
                             {"detail", group.detail}};
        notice.since = group.since;
        notices.push_back(std::move(notice));
    }
}

} // namespace

void noticeCertificates(const std::vector<CertificateInfo> &certificates, const CertificateAccess &access, WallTime now,
                        std::vector<Notice> &notices) {
    for (const CertificateInfo &certificate : certificates) {
        const bool expired = healthOf(certificate, access, now) == CertificateHealth::Expired;
        if (!expired && certificate.notAfter - now > kSoonExpired)
            continue;
        Notice notice{.reason = expired ? "CertificateExpired" : "CertificateExpiring",
                      .subject = certificate.file,
                      .severity = expired ? Severity::Critical : Severity::Warning};
        const std::string date = api::Time(certificate.notAfter).text();
        notice.message = fmt::format("the certificate {} {} on {}", certificate.file, expired ? "expired" : "expires",
                                     date.substr(0, date.find('T')));
        notice.parameters = {{"file", certificate.file}, {"notAfter", date}};
        if (certificate.isCa) {
            notice.mend = "make a new CA by `clusterd certificate rotate-ca`; nodes join again with the new token";
        } else {
            notice.mend = "rotate the certificates; the daemon restarts for it, and pods go on running";
            notice.action = Notice::Action{"POST", "/appliance/v1/certificates/rotate", {}};
        }
        notices.push_back(std::move(notice));
    }
}

void noticeMachine(const MachineUse &use, std::vector<Notice> &notices) {
    auto low = [](uint64_t available, uint64_t whole, double part) {
        return whole > 0 && static_cast<double>(available) < part * static_cast<double>(whole);
    };
    if (low(use.diskAvailableBytes, use.diskBytes, kDiskLow)) {
        Notice notice{.reason = "DiskSpaceLow",
                      .subject = use.dataFolder,
                      .severity = low(use.diskAvailableBytes, use.diskBytes, kDiskCritical) ? Severity::Critical
                                                                                            : Severity::Warning};
        notice.message =
            fmt::format("{} MiB are free on the disk of {}", mebibytes(use.diskAvailableBytes), use.dataFolder);
        notice.mend = "remove what is not used any more: images, old logs, volumes nobody claims";
        notice.parameters = {{"path", use.dataFolder},
                             {"availableBytes", fmt::format("{}", use.diskAvailableBytes)},
                             {"sizeBytes", fmt::format("{}", use.diskBytes)}};
        notice.action =
            Notice::Action{"POST", "/appliance/v1/storage/cleanup",
                           json::object{{"what", json::array{"unusedImages", "deadContainers", "oldLogs", "uploads"}}}};
        notices.push_back(std::move(notice));
    }
    if (low(use.memoryAvailableBytes, use.memoryBytes, kMemoryLow)) {
        Notice notice{.reason = "MemoryLow", .subject = "machine", .severity = Severity::Warning};
        notice.message = fmt::format("{} MiB of memory are free", mebibytes(use.memoryAvailableBytes));
        notice.mend = "run fewer pods on this machine, or set memory limits";
        notice.parameters = {{"availableBytes", fmt::format("{}", use.memoryAvailableBytes)},
                             {"sizeBytes", fmt::format("{}", use.memoryBytes)}};
        notices.push_back(std::move(notice));
    }
}

void noticeNodes(const std::vector<api::ObjectPtr> &nodes, std::vector<Notice> &notices) {
    for (const api::ObjectPtr &node : nodes) {
        const json::value parsed = json::parse(node->json());
        const json::object &root = parsed.get_object();
        const std::string name(node->name());
        const json::value *ready = conditionOf(root, "Ready");
        if (text(member(ready, "status")) != "True") {
            Notice notice = aboutObject(*node, "NodeNotReady", Severity::Critical);
            const std::string detail(text(member(ready, "message")));
            notice.message =
                fmt::format("node {} is not Ready{}", name, detail.empty() ? "" : fmt::format(": {}", detail));
            notice.mend = "look at the node's conditions, and whether the machine is on and reachable";
            notice.parameters = {{"node", name}, {"detail", detail}};
            notice.since = timeAt(member(ready, "lastTransitionTime"));
            notices.push_back(std::move(notice));
        }
        for (const std::string_view type : {"MemoryPressure", "DiskPressure", "PIDPressure"}) {
            const json::value *condition = conditionOf(root, type);
            if (text(member(condition, "status")) != "True")
                continue;
            Notice notice = aboutObject(*node, "NodePressure", Severity::Critical);
            notice.subject = fmt::format("{}/{}", name, type);
            notice.message = fmt::format("node {} has {}: pods are evicted", name, type);
            notice.mend = "make room on the node, or move pods away";
            notice.parameters = {{"node", name}, {"condition", std::string(type)}};
            notice.since = timeAt(member(condition, "lastTransitionTime"));
            notices.push_back(std::move(notice));
        }
        if (isTrue(at(root, {"spec", "unschedulable"}))) {
            Notice notice = aboutObject(*node, "NodeUnschedulable", Severity::Info);
            notice.message = fmt::format("node {} takes no new pods", name);
            notice.mend = "uncordon it when the work on it is done";
            notice.parameters = {{"node", name}};
            notice.action = Notice::Action{"POST", fmt::format("/appliance/v1/nodes/{}/uncordon", name), {}};
            notices.push_back(std::move(notice));
        }
    }
}

void noticePods(const std::vector<api::ObjectPtr> &pods, WallTime now, std::vector<Notice> &notices) {
    std::map<std::string, PodGroup> failing, pending;
    for (const api::ObjectPtr &pod : pods) {
        const api::Object::Owner *owner = pod->controller();
        if (pod->deleting() || (owner && owner->kind == "Job"))
            continue;
        const json::value parsed = json::parse(pod->json());
        const json::object &root = parsed.get_object();
        const json::value *ready = conditionOf(root, "Ready");
        if (std::string why = whyFailing(root); !why.empty()) {
            addTo(failing, pod, std::move(why), "", timeAt(member(ready, "lastTransitionTime")));
            continue;
        }
        const auto created = timeAt(at(root, {"metadata", "creationTimestamp"}));
        if (text(at(root, {"status", "phase"})) != "Pending" || !created || now - *created < kPendingLong)
            continue;
        const json::value *scheduled = conditionOf(root, "PodScheduled");
        const bool unschedulable = text(member(scheduled, "status")) == "False";
        addTo(pending, pod, unschedulable ? std::string(text(member(scheduled, "reason"))) : "it does not start",
              unschedulable ? std::string(text(member(scheduled, "message"))) : "", created);
    }
    tellGroups(failing, "PodFailing", "read its log and its events", notices);
    tellGroups(pending, "PodPending", "its events tell what it waits for", notices);
}

void noticeClaims(const std::vector<api::ObjectPtr> &claims, WallTime now, std::vector<Notice> &notices) {
    for (const api::ObjectPtr &claim : claims) {
        const json::value parsed = json::parse(claim->json());
        const json::object &root = parsed.get_object();
        const auto created = timeAt(at(root, {"metadata", "creationTimestamp"}));
        if (text(at(root, {"status", "phase"})) == "Bound" || !created || now - *created < kPendingLong)
            continue;
        Notice notice = aboutObject(*claim, "VolumePending", Severity::Warning);
        notice.message = fmt::format("claim {} has no volume", claim->key());
        notice.mend = "see that its storage class exists and that a pod uses it";
        notice.parameters = {{"claim", claim->key()}};
        notice.since = created;
        notices.push_back(std::move(notice));
    }
}

void noticeComponents(const std::vector<Component> &components, std::vector<Notice> &notices) {
    for (const Component &component : components) {
        if (component.health != Health::Failed)
            continue;
        Notice notice{.reason = "ComponentFailed", .subject = component.name, .severity = Severity::Critical};
        notice.message = fmt::format("{}: {}", component.name, component.message);
        notice.mend = "read the daemon's log; restarting the daemon is safe, pods go on running";
        notice.parameters = {{"component", component.name}, {"detail", component.message}};
        notice.action = Notice::Action{"POST", "/appliance/v1/restart", {}};
        notices.push_back(std::move(notice));
    }
}

void noticeChange(const std::optional<TrialRecord> &last, bool pending, WallTime now, std::vector<Notice> &notices) {
    if (pending) {
        Notice notice{.reason = "ConfigurationPending", .subject = "configuration", .severity = Severity::Info};
        notice.message = "the configuration was changed; the daemon runs with the old one";
        notice.mend = "restart the daemon to apply it; pods go on running";
        notice.action = Notice::Action{"POST", "/appliance/v1/restart", {}};
        notices.push_back(std::move(notice));
    }
    if (!last || (last->state != TrialState::RolledBack && last->state != TrialState::Failed) ||
        now - last->changedAt > kChangeShown)
        return;
    Notice notice{.reason = last->kind == OperationKind::Upgrade   ? "UpgradeRolledBack"
                            : last->kind == OperationKind::Restore ? "RestoreFailed"
                                                                   : "ConfigurationRolledBack",
                  .subject = last->operationId,
                  .severity = Severity::Warning};
    notice.message = fmt::format("the last change did not go well and was taken back: {}", last->message);
    notice.mend = "mend what it says and change it again";
    notice.parameters = {{"kind", std::string(operationKindName(last->kind))}, {"detail", last->message}};
    notice.since = last->changedAt;
    notices.push_back(std::move(notice));
}

} // namespace coracle::appliance
