#include "clusterd/kubelet/container/fields.h"

#include "clusterd/kubelet/container/pod_spec.h"

#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

/// Go's strconv.Quote for what may stand in labels and annotations.
std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (char c : text) {
        switch (c) {
        case '"':
            result += "\\\"";
            break;
        case '\\':
            result += "\\\\";
            break;
        case '\n':
            result += "\\n";
            break;
        case '\r':
            result += "\\r";
            break;
        case '\t':
            result += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
            else
                result += c;
        }
    }
    return result + "\"";
}

std::string lines(const std::map<std::string, std::string, std::less<>> &map) {
    std::string text;
    for (const auto &[key, value] : map)
        text += (text.empty() ? "" : "\n") + key + "=" + quoted(value);
    return text;
}

/// The key of path "metadata.labels['key']" below a prefix.
std::optional<std::string_view> subscript(std::string_view path, std::string_view prefix) {
    if (!path.starts_with(prefix))
        return std::nullopt;
    path.remove_prefix(prefix.size());
    if (path.size() < 4 || !path.starts_with("['") || !path.ends_with("']"))
        return std::nullopt;
    return path.substr(2, path.size() - 4);
}

std::string valueOf(const std::map<std::string, std::string, std::less<>> &map, std::string_view key) {
    auto found = map.find(key);
    return found == map.end() ? std::string() : found->second;
}

template<class List>
std::string joinIps(const List &list) {
    std::string text;
    for (const auto &entry : list)
        text += (text.empty() ? "" : ",") + entry.ip;
    return text;
}

} // namespace

Result<std::string> podField(const corev1::Pod &pod, std::string_view path) {
    if (auto key = subscript(path, "metadata.labels"))
        return valueOf(pod.metadata.labels, *key);
    if (auto key = subscript(path, "metadata.annotations"))
        return valueOf(pod.metadata.annotations, *key);
    if (path == "metadata.name")
        return pod.metadata.name;
    if (path == "metadata.namespace")
        return pod.metadata.namespace_;
    if (path == "metadata.uid")
        return pod.metadata.uid;
    if (path == "metadata.labels")
        return lines(pod.metadata.labels);
    if (path == "metadata.annotations")
        return lines(pod.metadata.annotations);
    if (path == "spec.nodeName")
        return pod.spec.nodeName;
    if (path == "spec.serviceAccountName")
        return pod.spec.serviceAccountName;
    if (path == "status.hostIP")
        return pod.status.hostIP;
    if (path == "status.hostIPs")
        return joinIps(pod.status.hostIPs);
    if (path == "status.podIP")
        return pod.status.podIP;
    if (path == "status.podIPs")
        return joinIps(pod.status.podIPs);
    return errors::other(fmt::format("unsupported fieldPath: {}", path));
}

Result<std::string> containerResourceField(const corev1::Pod &pod, const corev1::ResourceFieldSelector &selector,
                                           std::string_view ownContainer,
                                           const std::map<std::string, api::Quantity, std::less<>> &allocatable) {
    std::string_view name = selector.containerName.empty() ? ownContainer : std::string_view(selector.containerName);
    const auto *container = findContainer(pod, name);
    if (!container)
        return errors::other(fmt::format("container \"{}\" not found", name));
    size_t dot = selector.resource.find('.');
    std::string kind = selector.resource.substr(0, dot);
    std::string resource = dot == std::string::npos ? "" : selector.resource.substr(dot + 1);
    if ((kind != "limits" && kind != "requests") || resource.empty())
        return errors::other(fmt::format("unsupported container resource: {}", selector.resource));
    api::Quantity value =
        amount(kind == "limits" ? container->resources.limits : container->resources.requests, resource);
    if (kind == "limits" && value.isZero())
        value = amount(allocatable, resource);
    bool milli = resource == "cpu";
    int64_t divisor = selector.divisor.isZero() ? (milli ? 1000 : 1)
                      : milli                   ? selector.divisor.milliValue()
                                                : selector.divisor.value();
    int64_t total = milli ? value.milliValue() : value.value();
    divisor = std::max<int64_t>(divisor, 1);
    return std::to_string((total + divisor - 1) / divisor);
}

} // namespace coracle::kubelet
