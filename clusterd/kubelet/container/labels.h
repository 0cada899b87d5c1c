#pragma once

#include <string_view>

/// What the kubelet writes on sandboxes and containers, and from which it rebuilds its state after a restart.
namespace coracle::kubelet {

inline constexpr std::string_view kPodNameLabel = "io.kubernetes.pod.name";
inline constexpr std::string_view kPodNamespaceLabel = "io.kubernetes.pod.namespace";
inline constexpr std::string_view kPodUidLabel = "io.kubernetes.pod.uid";
inline constexpr std::string_view kContainerNameLabel = "io.kubernetes.container.name";

inline constexpr std::string_view kHashAnnotation = "io.kubernetes.container.hash";
inline constexpr std::string_view kRestartCountAnnotation = "io.kubernetes.container.restartCount";
inline constexpr std::string_view kMessagePathAnnotation = "io.kubernetes.container.terminationMessagePath";
inline constexpr std::string_view kMessagePolicyAnnotation = "io.kubernetes.container.terminationMessagePolicy";
/// Where the message file lies on the node (an annotation of Coracle's own).
inline constexpr std::string_view kMessageFileAnnotation = "coracle.io/termination-message-file";
inline constexpr std::string_view kGracePeriodAnnotation = "io.kubernetes.pod.terminationGracePeriod";
inline constexpr std::string_view kPreStopAnnotation = "io.kubernetes.container.preStopHandler";

inline constexpr std::string_view kConfigSourceAnnotation = "kubernetes.io/config.source";
inline constexpr std::string_view kConfigHashAnnotation = "kubernetes.io/config.hash";
inline constexpr std::string_view kConfigMirrorAnnotation = "kubernetes.io/config.mirror";

} // namespace coracle::kubelet
