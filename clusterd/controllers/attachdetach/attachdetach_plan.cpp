#include "clusterd/controllers/attachdetach/attachdetach_plan.h"

#include "core/pki/encoding.h"

#include <fmt/format.h>

namespace coracle::controllers {

std::string uniqueVolumeName(std::string_view driver, std::string_view handle) {
    return fmt::format("kubernetes.io/csi/{}^{}", driver, handle);
}

std::string attachmentName(std::string_view driver, std::string_view handle, std::string_view node) {
    return "csi-" + pki::sha256Hex(fmt::format("{}{}{}", handle, driver, node));
}

AttachPlan planAttachments(const NodeAttachments &node) {
    AttachPlan plan;
    std::set<std::string> present;
    for (const KnownAttachment &attachment : node.attachments) {
        present.insert(attachment.volumeName);
        const std::string unique = uniqueVolumeName(attachment.driver, attachment.handle);
        if (node.wanted.contains(attachment.volumeName)) {
            // One that is being deleted has to go before there can be another.
            if (attachment.attached && !attachment.deleting)
                plan.attached.insert(unique);
            continue;
        }
        const bool forced = !node.exists || node.outOfService || node.overdue.contains(attachment.volumeName);
        if (!attachment.deleting && !forced && node.inUse.contains(unique)) {
            plan.inUse.push_back(attachment);
            if (attachment.attached)
                plan.attached.insert(unique);
        } else if (!attachment.deleting) {
            plan.detach.push_back(attachment);
        }
    }
    if (!node.exists || !node.managed)
        return plan;
    for (const auto &[name, volume] : node.wanted) {
        if (present.contains(name))
            continue;
        const auto others = node.elsewhere.find(name);
        if (volume.exclusive && others != node.elsewhere.end() && !others->second.empty())
            plan.refused.push_back(volume);
        else
            plan.attach.push_back(volume);
    }
    return plan;
}

} // namespace coracle::controllers
