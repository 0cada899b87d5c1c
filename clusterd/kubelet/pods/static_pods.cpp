#include "clusterd/kubelet/pods/static_pods.h"

#include "clusterd/kubelet/container/labels.h"
#include "core/api/codec.h"
#include "core/api/metadata.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/client/typed_client.h"

#include <fmt/format.h>

namespace coracle::kubelet {

using namespace std::chrono_literals;

namespace {

constexpr auto kCheckPeriod = 20s; // upstream's fileCheckFrequency
constexpr size_t kManifestBytesMax = 1 << 20;

std::string hashText(std::string_view text) {
    uint64_t hash = 0xcbf29ce484222325u; // FNV-1a
    for (unsigned char c : text)
        hash = (hash ^ c) * 0x100000001b3u;
    return fmt::format("{:016x}", hash);
}

} // namespace

Result<corev1::Pod> parseStaticPod(std::string_view text, const std::string &nodeName) {
    TRY(auto json, api::yamlToJson(text));
    TRY(auto object, api::Object::parse(json));
    if (object->kind() != "Pod")
        return errors::other(fmt::format("a static pod's manifest has kind Pod, not \"{}\"", object->kind()));
    TRY(auto pod, api::decode<corev1::Pod>(*object));
    if (pod.metadata.name.empty() || pod.spec.containers.empty())
        return errors::other("a static pod needs metadata.name and spec.containers");
    pod.metadata.name += "-" + nodeName;
    if (pod.metadata.namespace_.empty())
        pod.metadata.namespace_ = "default";
    pod.metadata.uid.clear();
    std::string hash = hashText(text);
    pod.metadata.annotations[std::string(kConfigHashAnnotation)] = hash;
    pod.metadata.annotations[std::string(kConfigMirrorAnnotation)] = hash;
    pod.metadata.annotations[std::string(kConfigSourceAnnotation)] = "file";
    pod.spec.nodeName = nodeName;
    // A static pod stays on its node whatever happens to it.
    corev1::Toleration always;
    always.operator_ = "Exists";
    always.effect = "NoExecute";
    pod.spec.tolerations.push_back(always);
    return pod;
}

std::map<std::string, corev1::Pod> StaticPods::readFolder() const {
    std::map<std::string, corev1::Pod> pods;
    std::error_code error;
    for (const auto &entry : std::filesystem::directory_iterator(m_node.options.staticPods, error)) {
        auto extension = entry.path().extension();
        if (extension != ".yaml" && extension != ".yml" && extension != ".json")
            continue;
        auto text = readFile(entry.path(), kManifestBytesMax);
        auto pod =
            text ? parseStaticPod(*text, m_node.options.nodeName) : Result<corev1::Pod>(std::unexpected(text.error()));
        if (pod)
            pods[podKey(*pod)] = std::move(*pod);
        else
            log::error("kubelet", "static pod {}: {}", entry.path().string(), pod.error().message);
    }
    return pods;
}

Task<Result<>> StaticPods::sync() {
    auto wanted = readFolder();
    client::ListOptions options;
    options.fieldSelector = "spec.nodeName=" + m_node.options.nodeName;
    CO_TRY(auto list, co_await m_node.client.list(corev1::Pod::resource(), "", options));
    for (const auto &object : list.items) {
        auto pod = api::decode<corev1::Pod>(*object);
        if (!pod || pod->spec.nodeName != m_node.options.nodeName ||
            api::annotation(pod->metadata, kConfigMirrorAnnotation).value_or("").empty())
            continue;
        auto found = wanted.find(podKey(*pod));
        bool current = found != wanted.end() && api::annotation(found->second.metadata, kConfigHashAnnotation) ==
                                                    api::annotation(pod->metadata, kConfigHashAnnotation);
        if (!current && !pod->metadata.deletionTimestamp) {
            client::DeleteOptions deletion;
            deletion.preconditionUid = pod->metadata.uid;
            CO_CHECK(co_await client::remove(m_node.client, *pod, deletion));
        }
        // A changed pod is made again when the old one is gone.
        if (found != wanted.end())
            wanted.erase(found);
    }
    for (const auto &[key, pod] : wanted) {
        auto made = co_await client::create<corev1::Pod>(m_node.client, pod);
        if (!made && !isAlreadyExists(made.error()))
            co_return std::unexpected(withContext(fmt::format("cannot create mirror pod {}", key), made.error()));
    }
    co_return Result<>{};
}

Task<> StaticPods::run() {
    while (!m_node.gate.closed()) {
        auto synced = co_await sync();
        if (m_node.gate.closed())
            break;
        if (!synced)
            log::warning("kubelet", "static pods: {}", synced.error().message);
        auto slept = co_await m_node.clock.sleep(kCheckPeriod);
        if (!slept)
            break;
    }
}

} // namespace coracle::kubelet
