#include "core/api/table.h"
#include "core/api/table_row.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>
#include <vector>

namespace coracle::api::table {

namespace {

using boost::json::value;
using json::items;
using json::member;

std::string_view textOf(const value *parent, std::string_view name) {
    return json::text(member(parent, name));
}
int64_t numberOf(const value *parent, std::string_view name) {
    return json::integer(member(parent, name));
}

/// What the columns Ready, Status and Restarts of a pod show.
class PodSummary {
public:
    explicit PodSummary(const Row &row) : m_row(row) {
        m_total = int64_t(items(row.at("spec.containers")).size());
        m_initTotal = items(row.at("spec.initContainers")).size();
        for (const value &container : items(row.at("spec.initContainers")))
            if (textOf(&container, "restartPolicy") == "Always") {
                m_sidecars.insert(textOf(&container, "name"));
                ++m_total;
            }
        m_reason = row.text("status.reason", row.text("status.phase"));
        for (const value &condition : items(row.at("status.conditions")))
            if (textOf(&condition, "type") == "PodScheduled" && textOf(&condition, "reason") == "SchedulingGated")
                m_reason = "SchedulingGated";
        const bool initializing = readInitContainers();
        if (!initializing || hasTrueCondition(row.object, "Initialized"))
            readContainers();
        if (row.at("metadata.deletionTimestamp")) {
            const std::string_view phase = row.text("status.phase");
            if (row.text("status.reason") == "NodeLost")
                m_reason = "Unknown";
            else if (phase != "Failed" && phase != "Succeeded")
                m_reason = "Terminating";
        }
    }

    std::string ready() const { return fmt::format("{}/{}", m_ready, m_total); }
    const std::string &status() const { return m_reason; }
    std::string restarts() const {
        if (m_restarts.count == 0 || !m_restarts.last)
            return std::to_string(m_restarts.count);
        return fmt::format("{} ({} ago)", m_restarts.count, humanDuration(m_row.now - *m_restarts.last));
    }

private:
    struct Restarts {
        int64_t count = 0;
        Time last;

        void add(const value &status) {
            count += numberOf(&status, "restartCount");
            const auto *terminated = member(member(&status, "lastState"), "terminated");
            const auto finished = Time::parse(textOf(terminated, "finishedAt"));
            if (finished && last < *finished)
                last = *finished;
        }
    };

    static std::string exitText(const value *terminated) {
        const int64_t signal = numberOf(terminated, "signal");
        return signal != 0 ? fmt::format("Signal:{}", signal)
                           : fmt::format("ExitCode:{}", numberOf(terminated, "exitCode"));
    }

    /// True when an init container has not done its part yet; the status then tells which and why.
    bool readInitContainers() {
        int64_t position = 0;
        for (const value &status : items(m_row.at("status.initContainerStatuses"))) {
            m_restarts.add(status);
            const bool sidecar = m_sidecars.contains(textOf(&status, "name"));
            if (sidecar)
                m_sidecarRestarts.add(status);
            const value *state = member(&status, "state");
            const value *terminated = member(state, "terminated");
            const std::string_view waiting = textOf(member(state, "waiting"), "reason");
            if (terminated && numberOf(terminated, "exitCode") == 0) {
                ++position;
                continue;
            }
            if (sidecar && json::isTrue(member(&status, "started"))) {
                m_ready += json::isTrue(member(&status, "ready"));
                ++position;
                continue;
            }
            if (terminated) {
                const std::string_view reason = textOf(terminated, "reason");
                m_reason = "Init:" + (reason.empty() ? exitText(terminated) : std::string(reason));
            } else if (!waiting.empty() && waiting != "PodInitializing") {
                m_reason = fmt::format("Init:{}", waiting);
            } else {
                m_reason = fmt::format("Init:{}/{}", position, m_initTotal);
            }
            return true;
        }
        return false;
    }

    void readContainers() {
        m_restarts = m_sidecarRestarts;
        bool running = false;
        std::string failure;
        const auto &statuses = items(m_row.at("status.containerStatuses"));
        for (size_t i = statuses.size(); i-- > 0;) {
            const value &status = statuses[i];
            m_restarts.add(status);
            const value *state = member(&status, "state");
            const value *terminated = member(state, "terminated");
            const std::string_view waiting = textOf(member(state, "waiting"), "reason");
            if (!waiting.empty()) {
                m_reason = waiting;
            } else if (terminated) {
                const std::string_view reason = textOf(terminated, "reason");
                m_reason = reason.empty() ? exitText(terminated) : std::string(reason);
                if (numberOf(terminated, "exitCode") != 0)
                    failure = m_reason;
            } else if (json::isTrue(member(&status, "ready")) && member(state, "running")) {
                running = true;
                ++m_ready;
            }
        }
        if (m_reason == "Completed" && running)
            m_reason = hasTrueCondition(m_row.object, "Ready") ? "Running" : failure.empty() ? "NotReady" : failure;
    }

    const Row &m_row;
    int64_t m_total = 0, m_ready = 0;
    size_t m_initTotal = 0;
    std::unordered_set<std::string_view> m_sidecars;
    std::string m_reason;
    Restarts m_restarts, m_sidecarRestarts;
};

std::string readinessGates(const Row &row) {
    const auto &gates = items(row.at("spec.readinessGates"));
    if (gates.empty())
        return "<none>";
    const auto isTrue = [&](const value &gate) { return hasTrueCondition(row.object, textOf(&gate, "conditionType")); };
    return fmt::format("{}/{}", std::ranges::count_if(gates, isTrue), gates.size());
}

void printPod(Row &row) {
    const PodSummary summary(row);
    row.addText("metadata.name");
    row.add(summary.ready());
    row.add(summary.status());
    row.add(summary.restarts());
    row.addAge();
    const auto &addresses = items(row.at("status.podIPs"));
    const std::string_view ip = addresses.empty() ? "" : textOf(&addresses[0], "ip");
    row.add(ip.empty() ? "<none>" : ip);
    row.addText("spec.nodeName", "<none>");
    row.addText("status.nominatedNodeName", "<none>");
    row.add(readinessGates(row));
}

void addWideWorkload(Row &row) {
    row.addContainersAndImages("spec.template.spec");
    row.add(selectorText(row.at("spec.selector"), "<invalid>"));
}

void addReadyOf(Row &row) {
    row.add(fmt::format("{}/{}", row.number("status.readyReplicas"), row.number("spec.replicas")));
}

void printDeployment(Row &row) {
    row.addText("metadata.name");
    addReadyOf(row);
    row.addNumber("status.updatedReplicas");
    row.addNumber("status.availableReplicas");
    row.addAge();
    addWideWorkload(row);
}

void printStatefulSet(Row &row) {
    row.addText("metadata.name");
    addReadyOf(row);
    row.addAge();
    row.addContainersAndImages("spec.template.spec");
}

void addReplicas(Row &row) {
    row.addText("metadata.name");
    row.addNumber("spec.replicas");
    row.addNumber("status.replicas");
    row.addNumber("status.readyReplicas");
    row.addAge();
}

void printReplicaSet(Row &row) {
    addReplicas(row);
    addWideWorkload(row);
}

void printReplicationController(Row &row) {
    addReplicas(row);
    row.addContainersAndImages("spec.template.spec");
    row.add(labelsText(row.at("spec.selector")));
}

void printDaemonSet(Row &row) {
    row.addText("metadata.name");
    for (std::string_view path : {"status.desiredNumberScheduled", "status.currentNumberScheduled",
                                  "status.numberReady", "status.updatedNumberScheduled", "status.numberAvailable"})
        row.addNumber(path);
    row.add(labelsText(row.at("spec.template.spec.nodeSelector")));
    row.addAge();
    addWideWorkload(row);
}

std::string_view jobStatus(const Row &row) {
    if (hasTrueCondition(row.object, "Complete"))
        return "Complete";
    if (hasTrueCondition(row.object, "Failed"))
        return "Failed";
    if (row.at("metadata.deletionTimestamp"))
        return "Terminating";
    for (std::string_view type : {"Suspended", "FailureTarget", "SuccessCriteriaMet"})
        if (hasTrueCondition(row.object, type))
            return type;
    return "Running";
}

std::string jobDuration(const Row &row) {
    const auto start = Time::parse(row.text("status.startTime"));
    const auto end = Time::parse(row.text("status.completionTime"));
    if (!start || !*start)
        return "";
    return humanDuration((end ? end->valueOr(row.now) : row.now) - **start);
}

void printJob(Row &row) {
    const int64_t succeeded = row.number("status.succeeded"), parallelism = row.number("spec.parallelism");
    row.addText("metadata.name");
    row.add(jobStatus(row));
    if (row.at("spec.completions"))
        row.add(fmt::format("{}/{}", succeeded, row.number("spec.completions")));
    else if (parallelism > 1)
        row.add(fmt::format("{}/1 of {}", succeeded, parallelism));
    else
        row.add(fmt::format("{}/1", succeeded));
    row.add(jobDuration(row));
    row.addAge();
    addWideWorkload(row);
}

void printCronJob(Row &row) {
    const value *suspend = row.at("spec.suspend");
    const value *last = row.at("status.lastScheduleTime");
    row.addText("metadata.name");
    row.addText("spec.schedule");
    row.addText("spec.timeZone", "<none>");
    row.add(!suspend ? "<unset>" : json::isTrue(suspend) ? "True" : "False");
    row.add(int64_t(items(row.at("status.active")).size()));
    row.add(last ? row.since(last) : "<none>");
    row.addAge();
    row.addContainersAndImages("spec.jobTemplate.spec.template.spec");
    row.add(selectorText(row.at("spec.jobTemplate.spec.selector")));
}

void printControllerRevision(Row &row) {
    row.addText("metadata.name");
    std::string controller = "<none>";
    for (const value &owner : items(row.at("metadata.ownerReferences"))) {
        if (!json::isTrue(member(&owner, "controller")))
            continue;
        std::string kind(textOf(&owner, "kind"));
        std::ranges::transform(kind, kind.begin(), [](unsigned char c) { return char(std::tolower(c)); });
        const std::string_view apiVersion = textOf(&owner, "apiVersion");
        const size_t slash = apiVersion.find('/');
        const std::string group =
            slash == std::string_view::npos ? "" : fmt::format(".{}", apiVersion.substr(0, slash));
        controller = fmt::format("{}{}/{}", kind, group, textOf(&owner, "name"));
    }
    row.add(controller);
    row.addNumber("revision");
    row.addAge();
}

void printPodTemplate(Row &row) {
    row.addText("metadata.name");
    row.addContainersAndImages("template.spec");
    row.add(labelsText(row.at("template.metadata.labels")));
}

std::string quantityOrUnknown(const value *parent, std::string_view name) {
    return scalarText(member(parent, name), "<unknown>");
}

/// One metric of an autoscaler: what is, and what is wanted.
std::string metricText(const value &spec, const value *status) {
    const std::string_view type = textOf(&spec, "type");
    const bool resource = type == "Resource" || type == "ContainerResource";
    const std::string_view key = type == "Resource"            ? "resource"
                                 : type == "ContainerResource" ? "containerResource"
                                 : type == "Pods"              ? "pods"
                                 : type == "Object"            ? "object"
                                 : type == "External"          ? "external"
                                                               : "";
    if (key.empty())
        return "<unknown type>";
    const value *source = member(&spec, key);
    const value *target = member(source, "target");
    const value *current = member(member(status, key), "current");
    const std::string prefix = resource ? fmt::format("{}: ", textOf(source, "name")) : "";
    if (member(target, "averageValue") || type == "Pods")
        return fmt::format("{}{}/{}{}", prefix, quantityOrUnknown(current, "averageValue"),
                           scalarText(member(target, "averageValue"), "<auto>"),
                           resource || type == "Pods" ? "" : " (avg)");
    if (!resource)
        return fmt::format("{}/{}", quantityOrUnknown(current, "value"), scalarText(member(target, "value"), "<auto>"));
    const auto percent = [](const value *parent, std::string_view otherwise) {
        const value *number = member(parent, "averageUtilization");
        return number ? fmt::format("{}%", json::integer(number)) : std::string(otherwise);
    };
    return fmt::format("{}{}/{}", prefix, percent(current, "<unknown>"), percent(target, "<auto>"));
}

std::string autoscalerTargets(const Row &row) {
    constexpr size_t kShown = 2;
    std::vector<std::string> texts;
    const auto &metrics = items(row.at("spec.metrics"));
    const auto &statuses = items(row.at("status.currentMetrics"));
    for (size_t i = 0; i < metrics.size(); ++i)
        texts.push_back(metricText(metrics[i], i < statuses.size() ? &statuses[i] : nullptr));
    if (const value *wanted = row.at("spec.targetCPUUtilizationPercentage")) { // autoscaling/v1
        const value *current = row.at("status.currentCPUUtilizationPercentage");
        texts.push_back(fmt::format("cpu: {}/{}%", current ? fmt::format("{}%", json::integer(current)) : "<unknown>",
                                    json::integer(wanted)));
    }
    if (texts.empty())
        return "<none>";
    const size_t more = texts.size() > kShown ? texts.size() - kShown : 0;
    texts.resize(std::min(texts.size(), kShown));
    return joined(texts, ", ") + (more ? fmt::format(" + {} more...", more) : "");
}

void printAutoscaler(Row &row) {
    row.addText("metadata.name");
    row.add(fmt::format("{}/{}", row.text("spec.scaleTargetRef.kind"), row.text("spec.scaleTargetRef.name")));
    row.add(autoscalerTargets(row));
    row.add(scalarText(row.at("spec.minReplicas"), "<unset>"));
    row.addNumber("spec.maxReplicas");
    row.addNumber("status.currentReplicas");
    row.addAge();
}

} // namespace

Printer workloadPrinter(std::string_view group, std::string_view kind) {
    struct Known {
        std::string_view group, kind;
        Printer printer;
    };
    static constexpr Known kKnown[] = {
        {"", "Pod", printPod},
        {"", "PodTemplate", printPodTemplate},
        {"", "ReplicationController", printReplicationController},
        {"apps", "ControllerRevision", printControllerRevision},
        {"apps", "DaemonSet", printDaemonSet},
        {"apps", "Deployment", printDeployment},
        {"apps", "ReplicaSet", printReplicaSet},
        {"apps", "StatefulSet", printStatefulSet},
        {"autoscaling", "HorizontalPodAutoscaler", printAutoscaler},
        {"batch", "CronJob", printCronJob},
        {"batch", "Job", printJob},
    };
    for (const Known &known : kKnown)
        if (known.group == group && known.kind == kind)
            return known.printer;
    return nullptr;
}

} // namespace coracle::api::table
