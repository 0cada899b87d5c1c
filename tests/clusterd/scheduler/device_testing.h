#pragma once

#include "core/api/types/resource_v1.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"

#include <fmt/format.h>
#include <string>
#include <string_view>

/// Devices, their classes and claims as JSON.
namespace coracle::scheduler::testing {

/// A device with insides besides its name.
inline std::string deviceJson(std::string_view name, std::string_view insides = {}) {
    return fmt::format(R"({{"name":"{}"{}{}}})", name, insides.empty() ? "" : ",", insides);
}

struct SliceOptions {
    std::string_view node = "n1"; ///< empty: all nodes
    std::string_view driver = "d.example.com";
    std::string_view pool = {}; ///< the node's name when empty
    int generation = 1;
    int count = 1;
    std::string_view more = {}; ///< further members of the spec, with a comma behind
};

inline std::string sliceJson(std::string_view name, std::string_view devices, const SliceOptions &options = {}) {
    const std::string place =
        options.node.empty() ? R"("allNodes":true)" : fmt::format(R"("nodeName":"{}")", options.node);
    return fmt::format(R"({{"apiVersion":"resource.k8s.io/v1","kind":"ResourceSlice","metadata":{{"name":"{}"}},)"
                       R"("spec":{{"driver":"{}",{}{},"pool":{{"name":"{}","generation":{},"resourceSliceCount":{}}},)"
                       R"("devices":[{}]}}}})",
                       name, options.driver, options.more, place, options.pool.empty() ? options.node : options.pool,
                       options.generation, options.count, devices);
}

inline std::string celSelector(std::string_view expression) {
    return fmt::format(R"("selectors":[{{"cel":{{"expression":"{}"}}}}])", expression);
}

inline std::string deviceClassJson(std::string_view name, std::string_view spec = {}) {
    return fmt::format(R"({{"apiVersion":"resource.k8s.io/v1","kind":"DeviceClass","metadata":{{"name":"{}"}},)"
                       R"("spec":{{{}}}}})",
                       name, spec);
}

/// A request for devices of class "gpu".
inline std::string requestJson(std::string_view name, std::string_view insides = {}) {
    return fmt::format(R"({{"name":"{}","exactly":{{"deviceClassName":"gpu"{}{}}}}})", name, insides.empty() ? "" : ",",
                       insides);
}

/// The insides of spec.devices are `requests` and, with a comma in front, whatever else.
inline std::string claimJson(std::string_view name, std::string_view requests, std::string_view more = {},
                             std::string_view status = {}, std::string_view metadata = {}) {
    return fmt::format(R"({{"apiVersion":"resource.k8s.io/v1","kind":"ResourceClaim","metadata":{{"name":"{0}",)"
                       R"("namespace":"default","uid":"{0}"{4}}},"spec":{{"devices":{{"requests":[{1}]{2}}}}},)"
                       R"("status":{{{3}}}}})",
                       name, requests, more, status, metadata);
}

} // namespace coracle::scheduler::testing
