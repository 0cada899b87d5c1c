#include "clusterd/controllers/volume/local_path_package.h"

#include "clusterd/volume/annotations.h"
#include "clusterd/volume/local_path.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/storage_v1.h"
#include "core/client/typed_client.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::controllers {

namespace {

/// On what the server made: the path that it stands for.
constexpr std::string_view kPackaged = "coracle.io/local-storage-path";

storagev1::StorageClass localPathClass(const std::string &path) {
    storagev1::StorageClass storageClass;
    storageClass.metadata.name = kLocalPathClass;
    storageClass.metadata.annotations = {{"defaultVolumeType", "local"},
                                         {std::string(volume::annotations::kDefaultClass), "true"},
                                         {std::string(kPackaged), path}};
    storageClass.provisioner = volume::localpath::kProvisioner;
    storageClass.volumeBindingMode = "WaitForFirstConsumer";
    storageClass.reclaimPolicy = "Delete";
    return storageClass;
}

std::string configText(const std::string &path) {
    return fmt::format("{{\n"
                       "  \"nodePathMap\": [\n"
                       "    {{\n"
                       "      \"node\": \"DEFAULT_PATH_FOR_NON_LISTED_NODES\",\n"
                       "      \"paths\": [{}]\n"
                       "    }}\n"
                       "  ]\n"
                       "}}\n",
                       boost::json::serialize(boost::json::string_view(path)));
}

corev1::ConfigMap localPathConfig(const std::string &path) {
    corev1::ConfigMap map;
    map.metadata.name = kLocalPathConfigMap;
    map.metadata.namespace_ = kLocalPathNamespace;
    map.metadata.annotations[std::string(kPackaged)] = path;
    map.data["config.json"] = configText(path);
    return map;
}

template<class T>
Task<Result<>> createOnce(client::Client &client, T object) {
    auto made = co_await client::create(client, std::move(object));
    if (!made && !isAlreadyExists(made.error()))
        co_return std::unexpected(std::move(made).error());
    co_return Result<>{};
}

} // namespace

LocalPathPackage::LocalPathPackage(const ControllerContext &context, LocalStorageOptions options)
    : Controller(context, "local-storage"), m_options(std::move(options)) {
    queue().add("local-storage");
}

Task<Result<>> LocalPathPackage::reconcile(std::string) {
    if (m_options.enabled)
        co_return co_await ensure();
    CO_CHECK(co_await removeOwn(storagev1::StorageClass::resource(), "", std::string(kLocalPathClass)));
    co_return co_await removeOwn(corev1::ConfigMap::resource(), std::string(kLocalPathNamespace),
                                 std::string(kLocalPathConfigMap));
}

Task<Result<>> LocalPathPackage::ensure() {
    CO_CHECK(co_await ensureConfig());
    co_return co_await createOnce(client(), localPathClass(m_options.path));
}

Task<Result<>> LocalPathPackage::ensureConfig() {
    auto stored = co_await client::get<corev1::ConfigMap>(client(), std::string(kLocalPathNamespace),
                                                          std::string(kLocalPathConfigMap));
    if (!stored && isNotFound(stored.error()))
        co_return co_await createOnce(client(), localPathConfig(m_options.path));
    if (!stored)
        co_return std::unexpected(std::move(stored).error());
    const auto packaged = stored->metadata.annotations.find(kPackaged);
    if (packaged == stored->metadata.annotations.end() || packaged->second == m_options.path)
        co_return Result<>{};
    packaged->second = m_options.path;
    stored->data["config.json"] = configText(m_options.path);
    CO_CHECK(co_await client::update(client(), std::move(*stored)));
    co_return Result<>{};
}

Task<Result<>> LocalPathPackage::removeOwn(const ResourceInfo &resource, std::string namespaceName, std::string name) {
    auto stored = co_await client().get(resource, namespaceName, name);
    if (!stored)
        co_return ignoreNotFound(stored);
    CO_TRY(const auto metadata, api::decode<metav1::PartialObjectMetadata>(**stored));
    if (!metadata.metadata.annotations.contains(kPackaged))
        co_return Result<>{};
    client::DeleteOptions options;
    options.preconditionUid = metadata.metadata.uid;
    auto removed = co_await client().remove(resource, std::move(namespaceName), std::move(name), options);
    co_return ignoreNotFound(removed);
}

} // namespace coracle::controllers
