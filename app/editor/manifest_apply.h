#pragma once

#include "app/clusters/cluster.h"
#include "app/editor/manifests.h"

#include <functional>

namespace coracle::app {

/// What became of one manifest.
struct ApplyOutcome {
    Manifest manifest;
    ResourceKind kind;
    QString namespaceName;
    Status error;       ///< code and message empty: it went well
    QJsonObject before; ///< as it was; empty: it is new. Known after a dry run
    QJsonObject after;  ///< as the server has it, or would have it, now

    bool failed() const { return !error.message.empty(); }
    QString title() const;
};

/// Sends manifests to the cluster, one after the other. One that has a resourceVersion replaces the object that it was
/// read from, and is refused when that has changed meanwhile; any other is a server-side apply. Unknown fields are
/// refused. Belongs to one user at a time; destroying it drops the answers. GUI thread.
class ManifestApply : public QObject {
public:
    /// Who the server notes as the owner of fields.
    static constexpr const char *kFieldManager = "coracle";

    struct Options {
        bool dryRun = false;
        bool force = false; ///< takes fields over from their other owners
    };
    using Done = std::function<void(const QList<ApplyOutcome> &)>;

    using QObject::QObject;
    bool isRunning() const { return m_running; }
    /// A dry run goes on after a refusal, to report all; the real thing ends there. `done` comes once.
    void start(Cluster *cluster, const QList<Manifest> &manifests, Options options, Done done);

private:
    void next();
    void readPresent(ApplyOutcome outcome);
    void write(ApplyOutcome outcome);
    void finish(ApplyOutcome outcome);

    QPointer<Cluster> m_cluster;
    QList<Manifest> m_waiting;
    QList<ApplyOutcome> m_outcomes;
    Options m_options;
    Done m_done;
    bool m_running = false;
};

} // namespace coracle::app
