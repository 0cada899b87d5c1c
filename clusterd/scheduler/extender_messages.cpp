#include "clusterd/scheduler/extender_messages.h"

#include "core/http/message.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::scheduler::extender {

namespace json = boost::json;

namespace {

std::string quoted(std::string_view text) {
    return json::serialize(json::string(text));
}

/// Appends a list, the elements of which the function appends.
template<class List, class Append>
void appendList(std::string &out, const List &list, Append append) {
    out += '[';
    bool first = true;
    for (const auto &element : list) {
        if (!first)
            out += ',';
        first = false;
        append(element);
    }
    out += ']';
}

Result<json::value> parse(std::string_view text) {
    json::error_code failed;
    json::value value = json::parse(text, failed);
    if (failed)
        return errors::other(fmt::format("the answer is no JSON: {}", failed.message()));
    return value;
}

/// A member in any case, or null when there is none.
const json::value *member(const json::value &value, std::string_view name) {
    const json::object *object = value.if_object();
    if (!object)
        return nullptr;
    const json::value *found = object->if_contains(name);
    if (!found)
        for (const auto &each : *object)
            if (http::equalsIgnoringCase(each.key(), name))
                found = &each.value();
    return found && !found->is_null() ? found : nullptr;
}

Failure wrongType(std::string_view name) {
    return errors::other(fmt::format("the answer's {} has the wrong type", name));
}

Result<> readText(const json::value &value, std::string_view name, std::string &text) {
    if (const json::value *found = member(value, name)) {
        if (!found->is_string())
            return wrongType(name);
        text = found->get_string();
    }
    return {};
}

Result<> readNumber(const json::value &value, std::string_view name, int64_t &number) {
    if (const json::value *found = member(value, name)) {
        if (!found->is_int64())
            return wrongType(name);
        number = found->get_int64();
    }
    return {};
}

Result<const json::array *> listAt(const json::value &value, std::string_view name) {
    static const json::array kNone;
    const json::value *found = member(value, name);
    if (found && !found->is_array())
        return wrongType(name);
    return found ? &found->get_array() : &kNone;
}

Result<> readReasons(const json::value &value, std::string_view name, std::map<std::string, std::string> &reasons) {
    const json::value *found = member(value, name);
    if (!found)
        return {};
    if (!found->is_object())
        return wrongType(name);
    for (const auto &[node, reason] : found->get_object()) {
        if (!reason.is_string())
            return wrongType(name);
        reasons[std::string(node)] = reason.get_string();
    }
    return {};
}

/// The Error that every result may have.
Result<> readError(const json::value &value) {
    if (!value.is_object())
        return errors::other("the answer is not a JSON object");
    std::string message;
    CHECK(readText(value, "Error", message));
    if (!message.empty())
        return errors::other(message);
    return {};
}

} // namespace

std::string arguments(const api::Object &pod, const std::vector<api::ObjectPtr> &nodes, NodeForm form) {
    std::string out = R"({"Pod":)" + pod.json();
    if (form == NodeForm::Names) {
        out += R"(,"Nodes":null,"NodeNames":)";
        appendList(out, nodes, [&](const api::ObjectPtr &node) { out += quoted(node->name()); });
        return out += '}';
    }
    out += R"(,"Nodes":{"metadata":{},"items":)";
    appendList(out, nodes, [&](const api::ObjectPtr &node) { out += node->json(); });
    return out += R"(},"NodeNames":null})";
}

Result<FilterResult> parseFilterResult(std::string_view text, NodeForm form) {
    TRY(const json::value value, parse(text));
    CHECK(readError(value));
    FilterResult result;
    CHECK(readReasons(value, "FailedNodes", result.failed));
    CHECK(readReasons(value, "FailedAndUnresolvableNodes", result.unresolvable));
    if (form == NodeForm::Names && member(value, "NodeNames")) {
        TRY(const json::array *names, listAt(value, "NodeNames"));
        for (const json::value &name : *names) {
            if (!name.is_string())
                return wrongType("NodeNames");
            result.nodes.emplace_back(name.get_string());
        }
    } else if (const json::value *nodes = member(value, "Nodes")) {
        TRY(const json::array *items, listAt(*nodes, "items"));
        for (const json::value &item : *items) {
            const json::value *metadata = member(item, "metadata");
            std::string &name = result.nodes.emplace_back();
            if (metadata) {
                CHECK(readText(*metadata, "name", name));
            }
        }
    }
    return result;
}

Result<std::vector<std::pair<std::string, int64_t>>> parsePriorities(std::string_view text) {
    TRY(const json::value value, parse(text));
    std::vector<std::pair<std::string, int64_t>> priorities;
    if (value.is_null())
        return priorities;
    if (!value.is_array())
        return errors::other("the answer is not a JSON list");
    for (const json::value &element : value.get_array()) {
        auto &[host, score] = priorities.emplace_back();
        CHECK(readText(element, "Host", host));
        CHECK(readNumber(element, "Score", score));
    }
    return priorities;
}

std::string preemptionArguments(const api::Object &pod, const std::vector<Preemption::Plan> &plans, NodeForm form) {
    std::string victims = "{";
    for (const Preemption::Plan &plan : plans) {
        victims += fmt::format(R"({}{}:{{"Pods":)", victims.size() > 1 ? "," : "", quoted(plan.node));
        appendList(victims, plan.victims, [&](const PodInfoPtr &victim) {
            victims += form == NodeForm::Names ? fmt::format(R"({{"UID":{}}})", quoted(victim->uid()))
                                               : victim->object->json();
        });
        victims += fmt::format(R"(,"NumPDBViolations":{}}})", plan.violations);
    }
    victims += '}';
    const bool names = form == NodeForm::Names;
    return R"({"Pod":)" + pod.json() + R"(,"NodeNameToVictims":)" + (names ? "null" : victims) +
           R"(,"NodeNameToMetaVictims":)" + (names ? victims : "null") + '}';
}

Result<std::map<std::string, Victims>> parsePreemptionResult(std::string_view text) {
    TRY(const json::value value, parse(text));
    CHECK(readError(value));
    std::map<std::string, Victims> result;
    const json::value *nodes = member(value, "NodeNameToMetaVictims");
    if (!nodes)
        return result;
    if (!nodes->is_object())
        return wrongType("NodeNameToMetaVictims");
    for (const auto &[node, victims] : nodes->get_object()) {
        Victims &read = result[std::string(node)];
        CHECK(readNumber(victims, "NumPDBViolations", read.violations));
        TRY(const json::array *pods, listAt(victims, "Pods"));
        for (const json::value &pod : *pods) {
            CHECK(readText(pod, "UID", read.uids.emplace_back()));
        }
    }
    return result;
}

std::string bindingArguments(const api::Object &pod, std::string_view node) {
    return fmt::format(R"({{"PodName":{},"PodNamespace":{},"PodUID":{},"Node":{}}})", quoted(pod.name()),
                       quoted(pod.namespaceName()), quoted(pod.uid()), quoted(node));
}

Result<> parseBindingResult(std::string_view text) {
    TRY(const json::value value, parse(text));
    return readError(value);
}

} // namespace coracle::scheduler::extender
