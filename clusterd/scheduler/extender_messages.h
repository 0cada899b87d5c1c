#pragma once

#include "clusterd/scheduler/preemption.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the scheduler and its extenders say to each other, as JSON: k8s.io/kube-scheduler/extender/v1. Members are
/// written as Go writes them ("NodeNames") and read in any case, as Go reads them: many extenders answer in small
/// letters. Pure functions; what an extender answers is not trusted.
namespace coracle::scheduler::extender {

/// Nodes are told by name, or whole.
enum class NodeForm { Names, Objects };

/// ExtenderArgs of the calls filter and prioritize.
std::string arguments(const api::Object &pod, const std::vector<api::ObjectPtr> &nodes, NodeForm form);

struct FilterResult {
    std::vector<std::string> nodes;
    std::map<std::string, std::string> failed, unresolvable; ///< node -> why
};
/// Fails also when the answer has an Error.
Result<FilterResult> parseFilterResult(std::string_view text, NodeForm form);

/// HostPriorityList: node and score.
Result<std::vector<std::pair<std::string, int64_t>>> parsePriorities(std::string_view text);

/// ExtenderPreemptionArgs; with Names, victims are told by uid.
std::string preemptionArguments(const api::Object &pod, const std::vector<Preemption::Plan> &plans, NodeForm form);

struct Victims {
    std::vector<std::string> uids;
    int64_t violations = 0; ///< victims that a budget does not allow
};
/// ExtenderPreemptionResult, by node.
Result<std::map<std::string, Victims>> parsePreemptionResult(std::string_view text);

/// ExtenderBindingArgs.
std::string bindingArguments(const api::Object &pod, std::string_view node);
/// The Error of an ExtenderBindingResult.
Result<> parseBindingResult(std::string_view text);

} // namespace coracle::scheduler::extender
