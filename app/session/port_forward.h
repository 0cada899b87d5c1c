#pragma once

#include "core/base/result.h"

#include <QString>
#include <functional>

namespace coracle::app {

/// Where the connections to a local port go.
struct ForwardTarget {
    QString namespaceName;
    QString podName;     ///< or
    QString podSelector; ///< a pod with these labels that is ready, chosen anew for every connection
    quint16 podPort = 0;
    quint16 localPort = 0; ///< on 127.0.0.1; 0: a free one
};

struct ForwardTraffic {
    int connections = 0; ///< open now
    qint64 sentBytes = 0, receivedBytes = 0;
};

/// Called on the GUI thread.
struct ForwardHandlers {
    /// Once: the port that is listened to, or why there is none.
    std::function<void(Result<quint16>)> listening;
    /// A few times a second while something flows.
    std::function<void(ForwardTraffic)> traffic;
    /// A connection could not be carried to the pod; the next one is tried again.
    std::function<void(Status)> failed;
};

} // namespace coracle::app
