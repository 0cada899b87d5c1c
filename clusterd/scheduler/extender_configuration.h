#pragma once

#include "clusterd/scheduler/strict_object.h"
#include "core/base/clock.h"
#include "core/http/client.h"

#include <optional>
#include <string>
#include <vector>

namespace coracle::scheduler {

/// One element of `extenders` in a KubeSchedulerConfiguration: an HTTP server that has a say in where pods go.
struct ExtenderConfiguration {
    struct Resource {
        std::string name;
        bool ignoredByScheduler = false; ///< NodeResourcesFit does not look at it
    };

    std::string urlPrefix; ///< as it is written, for messages
    std::string host;      ///< of the prefix
    uint16_t port = 0;
    std::string path;                   ///< of the prefix, without the slash at its end
    std::optional<http::ClientTls> tls; ///< for https
    /// Ends of the URLs of the calls; an empty one is not called.
    std::string filterVerb, preemptVerb, prioritizeVerb, bindVerb;
    int64_t weight = 0; ///< of its scores
    Duration timeout = std::chrono::seconds(5);
    bool nodeCacheCapable = false; ///< it is sent names and not whole nodes
    bool ignorable = false;        ///< its failures do not stop scheduling
    /// Only pods that ask for one of these concern it; none: every pod.
    std::vector<Resource> managedResources;
};

/// Reads and checks the member `extenders`, with the files that tlsConfig names. Errors are those of kube-scheduler's
/// configuration, and URLs and files that cannot be used.
Result<std::vector<ExtenderConfiguration>> readExtenders(StrictObject &configuration);

} // namespace coracle::scheduler
