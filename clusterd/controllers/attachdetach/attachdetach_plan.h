#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Which volumes a node must have attached: the decisions of the attach/detach controller (k8s.io/kubernetes
/// pkg/controller/volume/attachdetach), for volumes of CSI drivers.
namespace coracle::controllers {

/// A volume that pods on the node use.
struct WantedVolume {
    std::string name; ///< of the PersistentVolume
    std::string driver, handle;
    bool exclusive = false;           ///< it can be attached to one node only
    std::vector<std::string> podKeys; ///< who wants it
};

/// A VolumeAttachment of the node.
struct KnownAttachment {
    std::string name;
    std::string volumeName;
    std::string driver, handle; ///< handle: empty when the PersistentVolume is gone
    bool attached = false;
    bool deleting = false;
};

struct NodeAttachments {
    std::string node;
    bool exists = false;
    bool managed = false;                       ///< its kubelet leaves attaching to the controller
    bool outOfService = false;                  ///< it is declared dead: nothing there writes to volumes any more
    std::set<std::string> inUse;                ///< status.volumesInUse: what the kubelet has mounted
    std::map<std::string, WantedVolume> wanted; ///< by the volume's name
    std::vector<KnownAttachment> attachments;
    std::map<std::string, std::set<std::string>> elsewhere; ///< other nodes that a wanted volume is attached to
    /// Volumes that have not been wanted for so long that they are taken from a node that does not answer.
    std::set<std::string> overdue;
};

struct AttachPlan {
    std::vector<WantedVolume> attach;
    std::vector<WantedVolume> refused; ///< exclusive ones that another node has
    std::vector<KnownAttachment> detach;
    std::vector<KnownAttachment> inUse; ///< to be detached once the kubelet has unmounted them
    std::set<std::string> attached;     ///< status.volumesAttached: unique names
};
AttachPlan planAttachments(const NodeAttachments &node);

/// How status.volumesInUse and volumesAttached call a CSI volume.
std::string uniqueVolumeName(std::string_view driver, std::string_view handle);
/// The name of the VolumeAttachment, which every controller makes the same way.
std::string attachmentName(std::string_view driver, std::string_view handle, std::string_view node);

} // namespace coracle::controllers
