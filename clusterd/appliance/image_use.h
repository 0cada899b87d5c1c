#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/kubelet/cri/types.h"

#include <map>
#include <string>
#include <vector>

namespace coracle::appliance {

/// A pod, by name.
struct PodName {
    std::string namespaceName, name;

    auto operator<=>(const PodName &) const = default;
};

/// Which pods of a node use which image. A pod that has ended counts until it is deleted, as its containers are there.
class ImageUse {
public:
    static ImageUse of(const apiserver::Reader &reader, const std::string &nodeName);

    std::vector<PodName> users(const kubelet::cri::Image &image) const;

private:
    std::map<std::string, std::vector<PodName>, std::less<>> m_users; ///< by every text that names an image
};

/// Whether the image is the one that a text means: an id, with or without "sha256:", or a name as people write it.
bool isImage(const kubelet::cri::Image &image, std::string_view text);

} // namespace coracle::appliance
