#pragma once

#include "core/api/types/resource_v1.h"
#include "core/base/result.h"
#include "core/cel/cel.h"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace coracle::scheduler {

/// A device as the expressions of selectors see it: the variable `device` with driver, attributes and capacity (both by
/// domain, then by name; names without a domain are in the driver's) and allowMultipleAllocations. A domain that the
/// device does not have is empty (k8s.io/dynamic-resource-allocation cel). Holds no views into the device.
cel::Value deviceValue(std::string_view driver, const resourcev1::Device &device);

/// The compiled expressions of device selectors, each compiled once. Bounded: when there are too many, all are
/// compiled anew as they are needed.
class DeviceSelectors {
public:
    /// Whether all selectors match. An expression that cannot be compiled, fails or gives no bool is an error.
    Result<bool> match(const std::vector<resourcev1::DeviceSelector> &selectors, const cel::Value &device);

private:
    using Program = std::shared_ptr<const Result<cel::Program>>;
    Program compiled(const std::string &expression);

    std::unordered_map<std::string, Program> m_programs;
};

} // namespace coracle::scheduler
