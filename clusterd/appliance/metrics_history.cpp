#include "clusterd/appliance/metrics_history.h"

#include <algorithm>

namespace coracle::appliance {

namespace {

constexpr uint32_t kMinute = 60;

} // namespace

void SampleRing::push(const MetricsSample &sample) {
    if (m_samples.size() < m_most) {
        m_samples.push_back(sample);
        return;
    }
    m_samples[m_next] = sample;
    m_next = (m_next + 1) % m_most;
}

std::vector<MetricsSample> SampleRing::all() const {
    std::vector<MetricsSample> sorted(m_samples);
    std::rotate(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(m_next), sorted.end());
    return sorted;
}

MetricsSample meanOf(const std::vector<MetricsSample> &samples) {
    MetricsSample mean;
    auto average = [&](float MetricsSample::*member) {
        double sum = 0;
        size_t known = 0;
        for (const MetricsSample &sample : samples)
            if (!std::isnan(sample.*member)) {
                sum += sample.*member;
                ++known;
            }
        mean.*member = known == 0 ? NAN : static_cast<float>(sum / static_cast<double>(known));
    };
    average(&MetricsSample::cpuMillicores);
    average(&MetricsSample::memoryBytes);
    average(&MetricsSample::diskBytes);
    mean.seconds = samples.empty() ? 0 : samples.back().seconds;
    return mean;
}

void MetricsHistory::add(const std::string &name, const MetricsSample &sample) {
    std::lock_guard lock(m_mutex);
    if (!m_series.contains(name) && m_series.size() > kSeriesMax)
        return;
    Series &series = m_series[name];
    if (sample.seconds <= series.last)
        return;
    series.last = sample.seconds;
    series.hour.push(sample);
    if (!series.minute.empty() && series.minute.front().seconds / kMinute != sample.seconds / kMinute) {
        series.day.push(meanOf(series.minute));
        series.minute.clear();
    }
    if (series.minute.size() < kMinute)
        series.minute.push_back(sample);
}

void MetricsHistory::retain(const std::vector<std::string> &names) {
    std::lock_guard lock(m_mutex);
    std::erase_if(m_series, [&](const auto &entry) {
        return !entry.first.empty() && std::ranges::find(names, entry.first) == names.end();
    });
}

std::vector<MetricsSample> MetricsHistory::get(const std::string &name, HistoryRange range) const {
    std::lock_guard lock(m_mutex);
    const auto found = m_series.find(name);
    if (found == m_series.end())
        return {};
    if (range == HistoryRange::Hour)
        return found->second.hour.all();
    auto all = found->second.day.all();
    if (!found->second.minute.empty())
        all.push_back(meanOf(found->second.minute));
    return all;
}

} // namespace coracle::appliance
