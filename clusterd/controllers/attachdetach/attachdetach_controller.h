#pragma once

#include "clusterd/controllers/attachdetach/attachdetach_plan.h"
#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/storage_v1.h"

namespace coracle::controllers {

/// Has volumes of CSI drivers attached to the nodes whose pods use them, and detached when no pod does any more: a
/// driver's external-attacher acts on the VolumeAttachments. A volume that a kubelet still has mounted stays, unless
/// the node is gone, declared out of service, or has not been ready for six minutes.
/// Reads: Pods, PersistentVolumeClaims, PersistentVolumes, Nodes, CSIDrivers, VolumeAttachments.
/// Writes: VolumeAttachments (create, delete), Nodes' status.volumesAttached.
class AttachDetachController final : public Controller {
public:
    explicit AttachDetachController(const ControllerContext &context);
    /// One node after the other, so that two never take the same volume.
    int workers() const override { return 1; }
    /// Keys are the names of nodes.
    Task<Result<>> reconcile(std::string key) override;

private:
    void enqueueUsers(const std::string &claimKey);
    void attachmentChanged(const ObjectPtr &before, const ObjectPtr &after);
    Result<NodeAttachments> observe(const std::string &name, const ObjectPtr &object);
    Result<> addWanted(NodeAttachments &node, const api::Object &pod);
    Result<> addAttachments(NodeAttachments &node);
    /// Notes since when volumes are not wanted, and which have been for too long.
    void noteUnwanted(NodeAttachments &node, bool ready);
    bool isAttachable(const std::string &driver);
    Task<Result<>> attach(std::string node, WantedVolume volume);
    /// Whether another node has the volume, by the API server's newest state.
    Task<Result<bool>> isElsewhere(std::string node, std::string volume);
    Task<Result<>> detach(KnownAttachment attachment);
    Task<Result<>> writeAttached(std::string node, std::set<std::string> volumes);
    void refuse(const std::string &node, const WantedVolume &volume);
    void tellPods(const std::vector<std::string> &podKeys, client::EventKind kind, std::string_view reason,
                  const std::string &message);

    client::Informer &m_pods, &m_claims, &m_volumes, &m_nodes, &m_drivers, &m_attachments;
    std::map<std::string, SteadyTime> m_unwanted; ///< by the attachment's name
};

} // namespace coracle::controllers
