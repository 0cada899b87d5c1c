#pragma once

#include "core/api/types/resource_v1.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::scheduler {

/// One matchAttribute or distinctAttribute of a claim, with the devices that were picked so far.
class DeviceConstraint {
public:
    explicit DeviceConstraint(const resourcev1::DeviceConstraint &constraint);

    /// Picks a device for a request ("request", or "request" and "alternative"); false when the device must not go
    /// together with the others. What the constraint doesn't speak of may always be picked.
    bool add(std::string_view request, std::string_view alternative, const resourcev1::Device &device,
             std::string_view driver);
    /// Takes back the last one that add() took, which these were the arguments of.
    void remove(std::string_view request, std::string_view alternative);

private:
    bool concerns(std::string_view request, std::string_view alternative) const;

    std::vector<std::string> m_requests; ///< empty: all
    std::string m_attribute;
    bool m_distinct = false;
    std::vector<const resourcev1::DeviceAttribute *> m_values; ///< of the picked devices
};

} // namespace coracle::scheduler
