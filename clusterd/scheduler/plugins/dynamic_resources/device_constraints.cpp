#include "clusterd/scheduler/plugins/dynamic_resources/device_constraints.h"

#include "clusterd/scheduler/plugins/dynamic_resources/device_capacity.h"

#include <algorithm>

namespace coracle::scheduler {

DeviceConstraint::DeviceConstraint(const resourcev1::DeviceConstraint &constraint)
    : m_requests(constraint.requests),
      m_attribute(constraint.distinctAttribute ? *constraint.distinctAttribute
                                               : constraint.matchAttribute.value_or("")),
      m_distinct(constraint.distinctAttribute.has_value()) {}

bool DeviceConstraint::concerns(std::string_view request, std::string_view alternative) const {
    if (m_requests.empty())
        return true;
    return std::ranges::any_of(m_requests, [&](std::string_view name) {
        if (!name.starts_with(request))
            return false;
        name.remove_prefix(request.size());
        return name.empty() || (!alternative.empty() && name.starts_with('/') && name.substr(1) == alternative);
    });
}

bool DeviceConstraint::add(std::string_view request, std::string_view alternative, const resourcev1::Device &device,
                           std::string_view driver) {
    if (!concerns(request, alternative))
        return true;
    const resourcev1::DeviceAttribute *value = findQualified(device.attributes, m_attribute, driver);
    if (!value)
        return false;
    // Values of different types are different, too.
    const bool fits = m_distinct ? std::ranges::none_of(m_values, [&](const auto *other) { return *other == *value; })
                                 : m_values.empty() || *m_values.front() == *value;
    if (fits)
        m_values.push_back(value);
    return fits;
}

void DeviceConstraint::remove(std::string_view request, std::string_view alternative) {
    if (concerns(request, alternative))
        m_values.pop_back();
}

} // namespace coracle::scheduler
