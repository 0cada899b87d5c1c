#pragma once

#include "clusterd/appliance/configuration.h"
#include "clusterd/appliance/restarter.h"
#include "clusterd/appliance/router.h"

namespace coracle::appliance {

class BodyReader;

/// configuration, configuration/validate and restart. What is referred to outlives the router.
void addConfigurationRoutes(Router &router, const ConfigurationSource &source, Restarter &restarter);

/// When a change takes effect.
struct Timing {
    bool now = true;
    std::chrono::milliseconds deadline{kDeadlineDefaultMs};

    /// The members restart and deadlineMs of a request.
    static Timing from(BodyReader &body);
};

/// Writes a valid plan's drop-in and, if it says so, restarts: the API's ChangeResult. 422 when the plan is not valid.
Result<Reply> applyPlan(const ConfigurationSource &source, Restarter &restarter, const ChangePlan &plan, Timing timing,
                        std::string_view kind);

} // namespace coracle::appliance
