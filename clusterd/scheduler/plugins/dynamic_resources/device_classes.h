#pragma once

#include "core/api/object.h"
#include "core/api/types/resource_v1.h"
#include "core/base/result.h"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace coracle::scheduler {

/// The cluster's DeviceClasses, and the extended resources that can be had through them (KEP-5004). One executor.
class DeviceClasses {
public:
    Result<> set(const api::Object &object);
    void remove(std::string_view name);
    /// By its name; null when there is none. Valid until the next change.
    const resourcev1::DeviceClass *find(const std::string &name) const;
    /// The class whose devices stand for an extended resource: the one in "deviceclass.resource.kubernetes.io/<class>",
    /// or of those that name the resource the newest, the first by name when they are equally old. Null: no class does.
    const resourcev1::DeviceClass *forResource(std::string_view resource) const;

    /// Whether pods can ask for the class's devices by this resource.
    static bool serves(const resourcev1::DeviceClass &deviceClass, std::string_view resource);

private:
    std::unordered_map<std::string, resourcev1::DeviceClass> m_classes;
    std::map<std::string, std::string, std::less<>> m_named; ///< resource -> class, of those that name one
};

} // namespace coracle::scheduler
