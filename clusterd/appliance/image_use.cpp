#include "clusterd/appliance/image_use.h"

#include "clusterd/kubelet/images/image_puller.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"

#include <algorithm>
#include <set>

namespace coracle::appliance {

namespace {

constexpr std::string_view kDigest = "sha256:";

std::string_view withoutScheme(std::string_view id) {
    return id.starts_with(kDigest) ? id.substr(kDigest.size()) : id;
}

/// Every image that a pod names, and every one that its containers run.
std::set<std::string> imagesOf(const corev1::Pod &pod) {
    std::set<std::string> images;
    for (const auto *containers : {&pod.spec.initContainers, &pod.spec.containers})
        for (const corev1::Container &container : *containers)
            images.insert(kubelet::normalizeImage(container.image));
    for (const auto *statuses : {&pod.status.initContainerStatuses, &pod.status.containerStatuses})
        for (const corev1::ContainerStatus &status : *statuses)
            images.insert(status.imageID);
    images.erase("");
    return images;
}

} // namespace

ImageUse ImageUse::of(const apiserver::Reader &reader, const std::string &nodeName) {
    ImageUse use;
    for (const api::ObjectPtr &object : reader.list(corev1::Pod::resource(), "")) {
        const auto pod = api::decode<corev1::Pod>(*object);
        if (!pod || pod->spec.nodeName != nodeName)
            continue;
        for (const std::string &image : imagesOf(*pod))
            use.m_users[image].push_back({pod->metadata.namespace_, pod->metadata.name});
    }
    return use;
}

std::vector<PodName> ImageUse::users(const kubelet::cri::Image &image) const {
    std::set<PodName> users;
    auto add = [&](const std::string &text) {
        if (const auto found = m_users.find(text); found != m_users.end())
            users.insert(found->second.begin(), found->second.end());
    };
    add(image.id);
    std::ranges::for_each(image.tags, add);
    std::ranges::for_each(image.digests, add);
    return {users.begin(), users.end()};
}

bool isImage(const kubelet::cri::Image &image, std::string_view text) {
    if (withoutScheme(image.id) == withoutScheme(text))
        return true;
    const std::string name = kubelet::normalizeImage(text);
    return std::ranges::find(image.tags, name) != image.tags.end() ||
           std::ranges::find(image.digests, text) != image.digests.end();
}

} // namespace coracle::appliance
