#pragma once

#include "clusterd/kubelet/volumes/project_quota.h"
#include "core/base/clock.h"
#include "core/base/gate.h"
#include "core/client/event_recorder.h"
#include "core/client/informer.h"
#include "core/client/work_queue.h"

#include <string>

namespace coracle::corev1 {
struct PersistentVolume;
}

namespace coracle::kubelet {

/// The node's part of local volumes (clusterd/volume/local_path.h): makes the directories of the volumes that were made
/// for this node, limits them where the file system can, and removes those of deleted volumes, also of those that were
/// deleted while the node was away.
/// Reads: PersistentVolumes. Writes: their annotation that the directory is there; takes their finalizer away when it
/// is gone. Lives on the gate's executor; the gate is closed before it is destroyed.
class LocalPathAgent {
public:
    struct Context {
        client::Client &client; ///< may patch PersistentVolumes
        Clock &clock;
        Gate &gate;
        DirectoryQuota &quota;
        std::string nodeName;
    };
    explicit LocalPathAgent(Context context);

    void start();

private:
    Task<> run();
    Task<Result<>> reconcile(const std::string &name);
    Task<Result<>> prepare(corev1::PersistentVolume volume);
    Task<Result<>> remove(corev1::PersistentVolume volume);
    Task<Result<>> patch(const corev1::PersistentVolume &volume, std::string metadata);

    Context m_context;
    client::Informer m_volumes;
    client::WorkQueue m_queue;
    client::EventRecorder m_events;
};

} // namespace coracle::kubelet
