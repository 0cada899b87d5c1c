#include "clusterd/appliance/images.h"

#include "clusterd/appliance/body_reader.h"
#include "clusterd/appliance/image_use.h"
#include "clusterd/appliance/operation_routes.h"
#include "core/base/log.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <fmt/format.h>
#include <sstream>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;
using kubelet::cri::Image;

namespace {

constexpr std::string_view kResource = "images";

/// What people look for first.
std::string firstName(const Image &image) {
    return !image.tags.empty() ? image.tags.front() : !image.digests.empty() ? image.digests.front() : image.id;
}

json::object describe(const Image &image, const std::vector<PodName> &users) {
    json::array names, pods;
    for (const std::string &name : image.tags.empty() ? image.digests : image.tags)
        names.emplace_back(name);
    for (const PodName &user : users)
        pods.push_back(json::object{
            {"apiVersion", "v1"}, {"kind", "Pod"}, {"namespace", user.namespaceName}, {"name", user.name}});
    return {{"id", image.id},
            {"names", std::move(names)},
            {"bytes", image.sizeBytes},
            {"pinned", image.pinned},
            {"usedBy", std::move(pods)}};
}

/// ctr prints a line for each image that begins with its name.
json::array importedNames(const std::string &printed) {
    json::array names;
    std::istringstream lines(printed);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string first, second;
        words >> first >> second;
        const std::string &name = first == "unpacking" ? second : first;
        const bool isName = name.find('/') != std::string::npos && name.find(':') != std::string::npos;
        if (isName && std::ranges::find(names, json::value(name)) == names.end())
            names.emplace_back(name);
    }
    return names;
}

} // namespace

Task<Result<std::vector<Image>>> Images::read() {
    if (!m_parts.data.images)
        co_return errors::conflict(kResource, "", "", "this server runs without a node of its own (--disable-agent)");
    CO_TRY(std::vector<Image> images, co_await m_parts.data.images->listImages());
    for (Image &image : images) // containerd before 1.7 does not pin it
        image.pinned |= !m_parts.data.pauseImage.empty() && isImage(image, m_parts.data.pauseImage);
    co_return images;
}

Task<Result<Images::Usage>> Images::usage() {
    CO_TRY(const std::vector<Image> images, co_await read());
    const ImageUse use = ImageUse::of(m_parts.reader, m_parts.nodeName);
    Usage usage;
    for (const Image &image : images) {
        usage.totalBytes += image.sizeBytes;
        if (image.pinned || !use.users(image).empty())
            continue;
        usage.unusedBytes += image.sizeBytes;
        usage.unused.push_back(image);
    }
    co_return usage;
}

Task<Result<Reply>> Images::list() {
    CO_TRY(std::vector<Image> images, co_await read());
    std::ranges::sort(images, {}, firstName);
    const ImageUse use = ImageUse::of(m_parts.reader, m_parts.nodeName);
    json::array items;
    uint64_t total = 0, unused = 0;
    for (const Image &image : images) {
        const std::vector<PodName> users = use.users(image);
        items.push_back(describe(image, users));
        total += image.sizeBytes;
        unused += users.empty() && !image.pinned ? image.sizeBytes : 0;
    }
    co_return Reply::json(json::object{{"items", std::move(items)}, {"totalBytes", total}, {"unusedBytes", unused}});
}

Task<Result<Reply>> Images::import(Call &call) {
    CO_TRY(BodyReader body, BodyReader::parse(call.request.body));
    const auto path = body.text("path"), upload = body.text("upload");
    if (path.has_value() == upload.has_value())
        body.fail("path", "FieldValueRequired", "either a path on this machine or an upload");
    else if (path && !fs::path(*path).is_absolute())
        body.fail("path", "FieldValueInvalid", "must be an absolute path");
    CO_CHECK(body.finish("ImageImport"));
    if (!m_parts.data.importImages)
        co_return errors::conflict(kResource, "", "", "images are imported only into the runtime that clusterd runs");
    fs::path archive = path.value_or("");
    if (upload) {
        CO_TRY(archive, m_parts.uploads.whole(*upload));
    }
    std::error_code error;
    if (!fs::is_regular_file(archive, error))
        co_return errors::badRequest(fmt::format("{} is no file", archive.string()));
    Operations::Work work = [this, archive, id = upload.value_or("")](std::shared_ptr<Operation> operation) {
        return runImport(std::move(operation), archive, id);
    };
    CO_TRY(const OperationInfo begun,
           m_parts.operations.begin(OperationKind::ImportImage, archive.string(), std::move(work)));
    co_return accepted(begun);
}

Task<Result<json::object>> Images::runImport(std::shared_ptr<Operation> operation, fs::path archive,
                                             std::string upload) {
    operation->enter("reading", 0, "looking at what is there");
    CO_TRY(const std::vector<Image> before, co_await read());
    operation->enter("importing", 0.1, "the runtime unpacks the images");
    CO_TRY(const std::string printed, co_await m_parts.data.importImages(archive));
    CO_TRY(const std::vector<Image> after, co_await read());
    json::array names = importedNames(printed);
    for (const Image &image : after)
        if (names.empty() && std::ranges::find(before, image.id, &Image::id) == before.end())
            names.emplace_back(firstName(image));
    if (!upload.empty())
        (void)m_parts.uploads.remove(upload);
    log::info("appliance", "imported {}: {}", archive.string(), json::serialize(names));
    co_return json::object{{"images", std::move(names)}};
}

Task<Result<Reply>> Images::remove(Call &call) {
    const std::string name = call.parameter("name");
    CO_TRY(const std::vector<Image> images, co_await read());
    const auto found = std::ranges::find_if(images, [&](const Image &image) { return isImage(image, name); });
    if (found == images.end())
        co_return errors::notFound(kResource, "", name);
    if (found->pinned)
        co_return errors::conflict(kResource, "", name, "it belongs to the distribution and stays");
    const auto users = ImageUse::of(m_parts.reader, m_parts.nodeName).users(*found);
    if (!users.empty() && !call.request.target.flag("force"))
        co_return errors::conflict(kResource, "", name,
                                   fmt::format("{} pods use it, such as {}/{}; delete them first, or give force=true",
                                               users.size(), users.front().namespaceName, users.front().name));
    Operations::Work work = [this, image = *found](std::shared_ptr<Operation> operation) {
        return runRemove(std::move(operation), image);
    };
    CO_TRY(const OperationInfo begun, m_parts.operations.begin(OperationKind::RemoveImage, name, std::move(work)));
    co_return accepted(begun);
}

Task<Result<json::object>> Images::runRemove(std::shared_ptr<Operation> operation, Image image) {
    operation->enter("removing", 0, "removing " + firstName(image));
    CO_CHECK(co_await removeImage(image));
    co_return json::object{{"freedBytes", image.sizeBytes}};
}

/// The runtime forgets one name at a time; without any name the image goes.
Task<Result<>> Images::removeImage(const Image &image) {
    std::vector<std::string> names = image.tags;
    names.push_back(image.id);
    for (const std::string &name : names) {
        auto removed = co_await m_parts.data.images->removeImage(name);
        if (!removed && !isNotFound(removed.error()))
            co_return std::unexpected(std::move(removed).error());
    }
    log::info("appliance", "removed image {}", firstName(image));
    co_return Result<>();
}

void Images::addRoutes(Router &router) {
    router.add("GET", "/images", [this](Call &) { return list(); });
    router.add("POST", "/images", [this](Call &call) { return import(call); });
    router.add("DELETE", "/images/{name}", [this](Call &call) { return remove(call); });
}

} // namespace coracle::appliance
