#include "clusterd/scheduler/plugins/image_locality.h"

#include <algorithm>

namespace coracle::scheduler {

namespace {

constexpr int64_t kMegabyte = 1024 * 1024;
constexpr int64_t kSizeMin = 23 * kMegabyte;
constexpr int64_t kContainerSizeMax = 1000 * kMegabyte;

struct State final : PluginState {
    std::vector<double> spread; ///< for each image the share of nodes that have it
};

} // namespace

bool ImageLocality::preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                             const std::vector<const NodeInfo *> &) const {
    auto images = std::make_unique<State>();
    bool somewhere = false;
    for (const std::string &image : pod.demands->images) {
        const int64_t nodes = cache.nodesWithImage(image);
        images->spread.push_back(static_cast<double>(nodes) / static_cast<double>(cache.nodes().size()));
        somewhere = somewhere || nodes > 0;
    }
    state.set(*this, std::move(images));
    return somewhere;
}

int64_t ImageLocality::score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const {
    const auto &images = state.get<State>(*this);
    int64_t size = 0;
    for (size_t i = 0; i < images.spread.size(); ++i)
        size += static_cast<int64_t>(static_cast<double>(node.imageSize(pod.demands->images[i])) * images.spread[i]);
    const int64_t sizeMax = kContainerSizeMax * static_cast<int64_t>(pod.demands->containerCount);
    size = std::clamp(size, kSizeMin, sizeMax);
    return kScoreMax * (size - kSizeMin) / (sizeMax - kSizeMin);
}

} // namespace coracle::scheduler
