#pragma once

#include "clusterd/apiserver/json_access.h"

#include <boost/json/parse.hpp>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Test cases as text. A file is a sequence of
///
///     kind apps/deployments            group ("core" for the core group) and resource, optionally of a version:
///     kind autoscaling/horizontalpodautoscalers v1
///     base {"metadata":...}            the object that the cases change, up to the next empty line
///     sub status                       the sub-resource of the updates that follow; "sub -" ends it
///     + name: spec.replicas=3          accepted when created
///     - name: spec.replicas=-1         refused when created
///     ~ name: edits => edits           an update from the first state to the second
///         FieldValueInvalid spec.replicas: ...     what is expected, one line each: causes,
///         warning: ...                             and warnings
///
/// Edits are separated by " ; ": "path=JSON" sets a member and makes what it stands in, "path-" takes one away. A path
/// is that of field errors: a.b[0].c, and a[x.y/z] for keys with dots. "#" begins a comment line.
namespace coracle::test {

struct FieldCase {
    std::string group, resource, version, subresource, name, base, before, after;
    char sign = '+';
    std::vector<std::string> expected;
};

namespace cases {

using apiserver::JsonArray;
using apiserver::JsonObject;
using apiserver::JsonValue;

inline std::vector<std::string> stepsOf(std::string_view path) {
    std::vector<std::string> steps;
    std::string step;
    auto end = [&] {
        if (!step.empty())
            steps.push_back(std::exchange(step, {}));
    };
    for (size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '.') {
            end();
        } else if (path[i] == '[') {
            end();
            const size_t close = path.find(']', i);
            steps.push_back("[" + std::string(path.substr(i + 1, close - i - 1)));
            i = close;
        } else {
            step += path[i];
        }
    }
    end();
    return steps;
}

inline bool isIndex(std::string_view step) {
    return step.size() > 1 && step[0] == '[' && step.find_first_not_of("0123456789", 1) == step.npos;
}

/// The value at the path, made where it is not there.
inline JsonValue &at(JsonValue &value, const std::vector<std::string> &steps, size_t count) {
    JsonValue *here = &value;
    for (size_t i = 0; i < count; ++i) {
        if (isIndex(steps[i])) {
            JsonArray &list = here->is_array() ? here->get_array() : here->emplace_array();
            const size_t index = std::stoul(steps[i].substr(1));
            while (list.size() <= index)
                list.emplace_back(JsonObject());
            here = &list[index];
        } else {
            JsonObject &object = here->is_object() ? here->get_object() : here->emplace_object();
            here = &object[steps[i][0] == '[' ? steps[i].substr(1) : steps[i]];
        }
    }
    return *here;
}

inline void edit(JsonValue &object, std::string_view text) {
    const size_t equals = text.find('=');
    if (equals == text.npos && text.ends_with('-')) {
        const std::vector<std::string> steps = stepsOf(text.substr(0, text.size() - 1));
        JsonValue &parent = at(object, steps, steps.size() - 1);
        if (isIndex(steps.back()))
            parent.as_array().erase(parent.as_array().begin() + std::stol(steps.back().substr(1)));
        else
            parent.as_object().erase(steps.back()[0] == '[' ? steps.back().substr(1) : steps.back());
        return;
    }
    if (equals == text.npos)
        throw std::runtime_error("no edit: " + std::string(text));
    const std::vector<std::string> steps = stepsOf(text.substr(0, equals));
    at(object, steps, steps.size()) = boost::json::parse(text.substr(equals + 1));
}

} // namespace cases

/// The object after the edits; throws when the case is badly written.
inline apiserver::JsonObject edited(const apiserver::JsonObject &base, std::string_view edits) {
    apiserver::JsonValue value = base;
    while (!edits.empty()) {
        const size_t end = edits.find(" ; ");
        std::string_view one = edits.substr(0, end);
        edits = end == edits.npos ? std::string_view() : edits.substr(end + 3);
        while (one.starts_with(' '))
            one.remove_prefix(1);
        while (one.ends_with(' '))
            one.remove_suffix(1);
        if (!one.empty())
            cases::edit(value, one);
    }
    return value.get_object();
}

inline std::vector<FieldCase> readCases(const std::string &path) {
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error("cannot read " + path);
    std::vector<FieldCase> cases;
    FieldCase kind;
    std::string line;
    bool inBase = false;
    while (std::getline(file, line)) {
        if (inBase && !line.empty()) {
            kind.base += line;
        } else if (line.empty() || line[0] == '#') {
            inBase = false;
        } else if (line.starts_with("kind ")) {
            kind = {};
            std::istringstream words(line.substr(5));
            std::string name;
            words >> name >> kind.version;
            kind.group = name.substr(0, name.find('/'));
            kind.resource = name.substr(name.find('/') + 1);
            if (kind.group == "core")
                kind.group.clear();
        } else if (line.starts_with("base ")) {
            kind.base = line.substr(5);
            inBase = true;
        } else if (line.starts_with("sub ")) {
            kind.subresource = line == "sub -" ? std::string() : line.substr(4);
        } else if (line[0] == ' ' && !cases.empty()) {
            cases.back().expected.push_back(line.substr(line.find_first_not_of(' ')));
        } else {
            FieldCase one = kind;
            one.sign = line[0];
            const size_t colon = line.find(':');
            if (std::string_view("+-~").find(line[0]) == std::string_view::npos || colon == line.npos)
                throw std::runtime_error(path + ": no case: " + line);
            one.name = line.substr(2, colon - 2);
            const std::string edits = line.substr(colon + 1);
            const size_t arrow = edits.find("=>");
            one.before = one.sign == '~' ? edits.substr(0, arrow) : std::string();
            one.after = one.sign == '~' ? edits.substr(arrow + 2) : edits;
            cases.push_back(std::move(one));
        }
    }
    return cases;
}

} // namespace coracle::test
