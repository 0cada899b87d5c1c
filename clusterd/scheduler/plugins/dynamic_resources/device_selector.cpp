#include "clusterd/scheduler/plugins/dynamic_resources/device_selector.h"

#include "core/cel/library_values.h"

#include <fmt/format.h>
#include <map>

namespace coracle::scheduler {

namespace {

constexpr size_t kProgramsMax = 1000;

using Entries = std::vector<std::pair<cel::Value, cel::Value>>;

/// "domain/name" or "name", which belongs to the driver.
std::pair<std::string_view, std::string_view> splitName(std::string_view name, std::string_view driver) {
    const size_t slash = name.find('/');
    if (slash == name.npos)
        return {driver, name};
    return {name.substr(0, slash), name.substr(slash + 1)};
}

cel::Value attributeValue(const resourcev1::DeviceAttribute &attribute) {
    if (attribute.int_)
        return cel::Value::integer(*attribute.int_);
    if (attribute.bool_)
        return cel::Value::boolean(*attribute.bool_);
    if (attribute.string)
        return cel::Value::string(*attribute.string);
    if (attribute.version)
        return cel::semverValue(*attribute.version);
    return cel::Value::error("unsupported attribute value");
}

/// The entries of all domains as one map of maps.
template<class Source, class Convert>
cel::Value byDomain(const Source &source, std::string_view driver, Convert convert) {
    std::map<std::string_view, Entries> domains;
    for (const auto &[name, value] : source) {
        const auto [domain, id] = splitName(name, driver);
        domains[domain].emplace_back(cel::Value::string(std::string(id)), convert(value));
    }
    Entries all;
    for (auto &[domain, entries] : domains)
        all.emplace_back(cel::Value::string(std::string(domain)), cel::Value::map(std::move(entries)));
    return cel::Value::map(std::move(all), cel::Value::map({}));
}

const cel::Variable &deviceVariable() {
    const auto nested = [](cel::Type value) {
        return cel::mapType(cel::stringType(), cel::mapType(cel::stringType(), std::move(value)));
    };
    static const cel::Variable variable{
        "device", cel::objectType("kubernetes.DRADevice",
                                  {{"allowMultipleAllocations", "allowMultipleAllocations", cel::boolType()},
                                   {"attributes", "attributes", nested(cel::dynType())},
                                   {"capacity", "capacity", nested(cel::quantityType())},
                                   {"driver", "driver", cel::stringType()}})};
    return variable;
}

} // namespace

cel::Value deviceValue(std::string_view driver, const resourcev1::Device &device) {
    Entries members;
    members.emplace_back(cel::Value::string("driver"), cel::Value::string(std::string(driver)));
    members.emplace_back(cel::Value::string("attributes"), byDomain(device.attributes, driver, attributeValue));
    members.emplace_back(cel::Value::string("capacity"),
                         byDomain(device.capacity, driver, [](const resourcev1::DeviceCapacity &capacity) {
                             return cel::quantityValue(capacity.value);
                         }));
    members.emplace_back(cel::Value::string("allowMultipleAllocations"),
                         cel::Value::boolean(device.allowMultipleAllocations.value_or(false)));
    return cel::Value::map(std::move(members));
}

DeviceSelectors::Program DeviceSelectors::compiled(const std::string &expression) {
    if (const auto known = m_programs.find(expression); known != m_programs.end())
        return known->second;
    if (m_programs.size() >= kProgramsMax)
        m_programs.clear();
    auto program =
        std::make_shared<const Result<cel::Program>>(cel::Program::compile(expression, {&deviceVariable(), 1}));
    m_programs.emplace(expression, program);
    return program;
}

Result<bool> DeviceSelectors::match(const std::vector<resourcev1::DeviceSelector> &selectors,
                                    const cel::Value &device) {
    for (size_t i = 0; i < selectors.size(); ++i) {
        if (!selectors[i].cel)
            return errors::other(fmt::format("selector #{}: CEL expression empty (unsupported selector type?)", i));
        const Program program = compiled(selectors[i].cel->expression);
        if (!*program)
            return errors::other(fmt::format("selector #{}: CEL compile error: {}", i, program->error().message));
        const cel::Evaluation evaluation = (*program)->evaluate({&device, 1});
        if (evaluation.value.isError())
            return errors::other(fmt::format("selector #{}: CEL runtime error: {}", i, evaluation.value.asString()));
        if (evaluation.value.kind() != cel::Value::Kind::Bool)
            return errors::other(
                fmt::format("selector #{}: CEL expression gives {}, not bool", i, cel::typeName(evaluation.value)));
        if (!evaluation.value.asBool())
            return false;
    }
    return true;
}

} // namespace coracle::scheduler
