#include "clusterd/appliance/uploads.h"

#include "clusterd/appliance/body_reader.h"
#include "clusterd/appliance/file_handle.h"
#include "core/api/json_access.h"
#include "core/api/time.h"
#include "core/base/files.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <fmt/format.h>
#include <sys/stat.h>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr uint64_t kPartMax = 2u << 20; // below the limit of the server for a body
constexpr int64_t kBytesMax = int64_t(1) << 40;
constexpr size_t kUploadsMax = 16;
constexpr auto kLife = std::chrono::hours(24);
constexpr std::string_view kPrefix = "up-", kResource = "uploads", kAbout = ".json";
constexpr size_t kNameMax = 255;

/// Ours, and nothing that leads elsewhere.
bool isId(std::string_view id) {
    return id.starts_with(kPrefix) && id.size() < 32 &&
           std::ranges::all_of(id.substr(kPrefix.size()), [](unsigned char c) { return std::isalnum(c) != 0; });
}

} // namespace

Uploads::Uploads(fs::path folder, Clock &clock, Random &random)
    : m_folder(std::move(folder)), m_clock(clock), m_random(random) {}

/// With the mutex held, as all below.
Result<Uploads::Upload> Uploads::find(const std::string &id) const {
    struct stat data{};
    if (!isId(id) || ::stat((m_folder / id).c_str(), &data) != 0)
        return errors::notFound(kResource, "", id);
    TRY(const std::string text, readFile(m_folder / (id + std::string(kAbout))));
    boost::system::error_code error;
    const json::value about = json::parse(text, error);
    if (error)
        return errors::notFound(kResource, "", id);
    return Upload{
        .id = id,
        .name = std::string(api::json::text(api::json::member(&about, "name"))),
        .bytes = static_cast<uint64_t>(api::json::integer(api::json::member(&about, "bytes"), 0)),
        .received = static_cast<uint64_t>(data.st_size),
        .changedAt = WallTime(std::chrono::seconds(data.st_mtim.tv_sec)),
    };
}

std::vector<Uploads::Upload> Uploads::all() const {
    std::vector<Upload> found;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(m_folder, error))
        if (auto upload = find(entry.path().filename().string()))
            found.push_back(std::move(*upload));
    return found;
}

Result<Uploads::Upload> Uploads::write(const std::string &id, uint64_t offset, const std::string &bytes) {
    std::lock_guard lock(m_mutex);
    TRY(Upload upload, find(id));
    if (offset != upload.received)
        return errors::conflict(kResource, "", id, fmt::format("the next part begins at {}", upload.received));
    if (bytes.size() > upload.bytes - upload.received)
        return errors::badRequest(fmt::format("the file is to have {} bytes, and this part goes beyond", upload.bytes));
    CHECK(checkRoom(m_folder, bytes.size()));
    TRY(const FileHandle file, FileHandle::append(m_folder / id));
    CHECK(file.write(bytes));
    upload.received += bytes.size();
    if (upload.whole())
        CHECK(file.sync());
    upload.changedAt = m_clock.now();
    return upload;
}

json::object Uploads::describe(const Upload &upload) const {
    return {{"id", upload.id},          {"name", upload.name},
            {"bytes", upload.bytes},    {"receivedBytes", upload.received},
            {"partBytesMax", kPartMax}, {"expiresAt", api::Time(upload.changedAt + kLife).text()}};
}

Task<Result<Reply>> Uploads::create(Call &call) {
    CO_TRY(BodyReader body, BodyReader::parse(call.request.body));
    Upload upload{.id = std::string(kPrefix) + m_random.suffix(8), .changedAt = m_clock.now()};
    upload.name = body.text("name", kNameMax).value_or("");
    if (upload.name.empty())
        body.fail("name", "FieldValueRequired", "how people shall call it");
    const int64_t bytes = body.integer("bytes", 1, kBytesMax, 0);
    if (bytes == 0)
        body.fail("bytes", "FieldValueRequired", "the size of the whole file");
    CO_CHECK(body.finish("UploadRequest"));
    upload.bytes = static_cast<uint64_t>(bytes);
    tidy();
    std::lock_guard lock(m_mutex);
    CO_CHECK(makeFolder(m_folder, 0700));
    CO_CHECK(checkRoom(m_folder, upload.bytes));
    if (all().size() >= kUploadsMax)
        co_return errors::tooManyRequests("too many uploads are there already; delete one", 60);
    const std::string about = json::serialize(json::object{{"name", upload.name}, {"bytes", upload.bytes}});
    CO_CHECK(writeFileAtomic(m_folder / (upload.id + std::string(kAbout)), about, 0600));
    CO_TRY(const FileHandle made, FileHandle::create(m_folder / upload.id, 0600));
    co_return Reply::json(describe(upload), 201);
}

Task<Result<Reply>> Uploads::get(Call &call) {
    std::lock_guard lock(m_mutex);
    CO_TRY(const Upload upload, find(call.parameter("id")));
    co_return Reply::json(describe(upload));
}

Task<Result<Reply>> Uploads::append(Call &call) {
    const std::string_view text = call.request.target.param("offset");
    uint64_t offset = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), offset);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        co_return errors::badRequest("offset must say where the part begins, as receivedBytes tells it");
    CO_TRY(const Upload upload, write(call.parameter("id"), offset, call.request.body));
    co_return Reply::json(describe(upload));
}

Task<Result<Reply>> Uploads::drop(Call &call) {
    CO_CHECK(remove(call.parameter("id")));
    co_return Reply::nothing();
}

Result<fs::path> Uploads::whole(const std::string &id) const {
    std::lock_guard lock(m_mutex);
    TRY(const Upload upload, find(id));
    if (!upload.whole())
        return errors::conflict(kResource, "", id,
                                fmt::format("only {} of {} bytes have come", upload.received, upload.bytes));
    return m_folder / id;
}

Result<> Uploads::remove(const std::string &id) {
    std::lock_guard lock(m_mutex);
    CHECK(find(id));
    std::error_code error;
    fs::remove(m_folder / id, error);
    fs::remove(m_folder / (id + std::string(kAbout)), error);
    return {};
}

void Uploads::tidy() {
    std::vector<Upload> uploads;
    {
        std::lock_guard lock(m_mutex);
        uploads = all();
    }
    for (const Upload &upload : uploads)
        if (upload.changedAt + kLife < m_clock.now())
            (void)remove(upload.id);
}

std::vector<std::pair<std::string, uint64_t>> Uploads::sizes() const {
    std::lock_guard lock(m_mutex);
    std::vector<std::pair<std::string, uint64_t>> sizes;
    for (const Upload &upload : all())
        sizes.emplace_back(upload.id, upload.received);
    return sizes;
}

void Uploads::addRoutes(Router &router) {
    router.add("POST", "/uploads", [this](Call &call) { return create(call); });
    router.add("GET", "/uploads/{id}", [this](Call &call) { return get(call); });
    router.add("PUT", "/uploads/{id}", [this](Call &call) { return append(call); });
    router.add("DELETE", "/uploads/{id}", [this](Call &call) { return drop(call); });
}

} // namespace coracle::appliance
