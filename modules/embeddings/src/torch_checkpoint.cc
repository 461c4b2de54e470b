#include "torch_checkpoint.h"

#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "dynajob/core/text.h"

#include "stored_zip.h"

namespace dynajob {
namespace {

Error Malformed(std::string_view what) {
  return CorruptData(fmt::format("not a valid PyTorch checkpoint: {}", what));
}

// Little-endian values off the front of some bytes.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  std::optional<T> Read() {
    const auto raw = Take(sizeof(T));
    if (!raw) return std::nullopt;
    T value;
    std::memcpy(&value, raw->data(), sizeof(T));
    return value;
  }
  std::optional<std::string_view> Take(size_t size) {
    if (size > bytes_.size()) return std::nullopt;
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::optional<std::string_view> Line() {
    const size_t end = bytes_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = bytes_.substr(0, end);
    bytes_.remove_prefix(end + 1);
    return line;
  }

 private:
  std::string_view bytes_;
};

// The pickle. Python's pickletools lists the operations.

struct Storage {
  std::string type;  // "FloatStorage", …
  std::string key;
};
struct Tensor {
  Storage storage;
  uint64_t offset = 0;  // in elements
  std::vector<size_t> shape;
  std::vector<size_t> strides;
};
struct Value;
using Values = std::vector<Value>;
using Shared = std::shared_ptr<Values>;  // dictionaries are changed after they were remembered
struct Global {
  std::string name;
};
struct Mark {};
struct Value {
  std::variant<std::monostate, Mark, int64_t, bool, std::string, Global, Storage, Tensor, Values,
               Shared>
      held;
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&held);
  }
};

constexpr size_t kMaximumStack = 1'000'000;

class Unpickler {
 public:
  explicit Unpickler(std::string_view bytes) : in_(bytes) {}

  // The dictionary's keys and values in turn.
  Result<Shared> Run() {
    for (;;) {
      const auto operation = in_.Read<char>();
      if (!operation) return Malformed("the pickle is cut short");
      if (*operation == '.') break;
      DYNAJOB_RETURN_IF_ERROR(Step(*operation));
      if (stack_.size() > kMaximumStack) return Malformed("the pickle is too deep");
    }
    if (stack_.size() != 1 || !stack_.back().As<Shared>())
      return Malformed("it does not hold a dictionary");
    return *stack_.back().As<Shared>();
  }

 private:
  Status Step(char operation) {
    switch (operation) {
      case '\x80':  // PROTO
        return Need(in_.Read<uint8_t>());
      case '}':  // EMPTY_DICT
        return Push(std::make_shared<Values>());
      case ')':  // EMPTY_TUPLE
        return Push(Values());
      case '(':  // MARK
        return Push(Mark());
      case 'N':  // NONE
        return Push(std::monostate());
      case '\x88':  // NEWTRUE
        return Push(true);
      case '\x89':  // NEWFALSE
        return Push(false);
      case 'K':  // BININT1
        return PushNumber<uint8_t>();
      case 'M':  // BININT2
        return PushNumber<uint16_t>();
      case 'J':  // BININT
        return PushNumber<int32_t>();
      case '\x8a':  // LONG1
        return PushLong();
      case 'X':  // BINUNICODE
        return PushText();
      case 'c':  // GLOBAL
        return PushGlobal();
      case 'q':  // BINPUT
        return Remember(in_.Read<uint8_t>());
      case 'r':  // LONG_BINPUT
        return Remember(in_.Read<uint32_t>());
      case 'h':  // BINGET
        return Recall(in_.Read<uint8_t>());
      case 'j':  // LONG_BINGET
        return Recall(in_.Read<uint32_t>());
      case 't':  // TUPLE
        return TupleToMark();
      case '\x85':  // TUPLE1
      case '\x86':
      case '\x87':
        return Tuple(static_cast<size_t>(static_cast<unsigned char>(operation) - 0x84));
      case 'Q':  // BINPERSID
        return LoadStorage();
      case 'R':  // REDUCE
        return Call();
      case 's':  // SETITEM
        return SetItems(/*to_mark=*/false);
      case 'u':  // SETITEMS
        return SetItems(/*to_mark=*/true);
      case 'b':  // BUILD: the attributes of the dictionary are of no interest
        return stack_.size() >= 2 ? Drop() : Status(Malformed("the pickle's stack is empty"));
      default:
        return Malformed(fmt::format("the pickle has operation 0x{:02x}",
                                     static_cast<unsigned char>(operation)));
    }
  }

  template <typename T>
  static Status Need(const std::optional<T>& value) {
    return value ? Status::Ok() : Status(Malformed("the pickle is cut short"));
  }
  template <typename T>
  Status Push(T value) {
    stack_.emplace_back().held = std::move(value);
    return Status::Ok();
  }
  Status Drop() {
    stack_.pop_back();
    return Status::Ok();
  }
  template <typename T>
  Status PushNumber() {
    const auto number = in_.Read<T>();
    DYNAJOB_RETURN_IF_ERROR(Need(number));
    return Push(static_cast<int64_t>(*number));
  }
  Status PushLong() {
    const auto size = in_.Read<uint8_t>();
    DYNAJOB_RETURN_IF_ERROR(Need(size));
    const auto raw = in_.Take(*size);
    DYNAJOB_RETURN_IF_ERROR(Need(raw));
    if (raw->size() > sizeof(int64_t)) return Malformed("a number is too large");
    int64_t number = !raw->empty() && (raw->back() & 0x80) != 0 ? -1 : 0;
    std::memcpy(&number, raw->data(), raw->size());
    return Push(number);
  }
  Status PushText() {
    const auto size = in_.Read<uint32_t>();
    DYNAJOB_RETURN_IF_ERROR(Need(size));
    const auto text = in_.Take(*size);
    DYNAJOB_RETURN_IF_ERROR(Need(text));
    return Push(std::string(*text));
  }
  Status PushGlobal() {
    const auto module = in_.Line();
    const auto name = in_.Line();
    DYNAJOB_RETURN_IF_ERROR(Need(module));
    DYNAJOB_RETURN_IF_ERROR(Need(name));
    const std::string full = fmt::format("{}.{}", *module, *name);
    const bool storage = full.starts_with("torch.") && full.ends_with("Storage");
    if (!storage && full != "collections.OrderedDict" &&
        full != "torch._utils._rebuild_tensor_v2" && full != "torch._utils._rebuild_parameter")
      return InvalidArgument(
          fmt::format("the checkpoint names '{}', which is no part of a tensor", full));
    return Push(Global{storage ? std::string(*name) : full});
  }
  template <typename T>
  Status Remember(const std::optional<T>& key) {
    DYNAJOB_RETURN_IF_ERROR(Need(key));
    if (stack_.empty()) return Malformed("the pickle's stack is empty");
    memory_[*key] = stack_.back();
    return Status::Ok();
  }
  template <typename T>
  Status Recall(const std::optional<T>& key) {
    DYNAJOB_RETURN_IF_ERROR(Need(key));
    const auto found = memory_.find(*key);
    if (found == memory_.end()) return Malformed("the pickle recalls what it never had");
    stack_.push_back(found->second);
    return Status::Ok();
  }
  Status Tuple(size_t size) {
    if (stack_.size() < size) return Malformed("the pickle's stack is empty");
    const auto first = stack_.end() - static_cast<std::ptrdiff_t>(size);
    Values values(std::make_move_iterator(first), std::make_move_iterator(stack_.end()));
    stack_.erase(first, stack_.end());
    return Push(std::move(values));
  }
  // How many values lie above the last mark.
  std::optional<size_t> AboveMark() const {
    for (size_t i = stack_.size(); i-- > 0;)
      if (stack_[i].As<Mark>()) return stack_.size() - i - 1;
    return std::nullopt;
  }
  Status TupleToMark() {
    const auto size = AboveMark();
    if (!size) return Malformed("the pickle lacks a mark");
    DYNAJOB_RETURN_IF_ERROR(Tuple(*size));
    stack_.erase(stack_.end() - 2);
    return Status::Ok();
  }
  Status SetItems(bool to_mark) {
    const auto size = to_mark ? AboveMark() : std::optional<size_t>(2);
    const size_t below = to_mark ? 2 : 1;  // the dictionary, and the mark
    if (!size || *size % 2 != 0 || stack_.size() < *size + below)
      return Malformed("the pickle sets items of nothing");
    const Shared* dictionary = stack_[stack_.size() - *size - below].As<Shared>();
    if (dictionary == nullptr) return Malformed("the pickle sets items of what is no dictionary");
    const auto first = stack_.end() - static_cast<std::ptrdiff_t>(*size);
    // A dictionary within itself would never be freed.
    for (auto value = first; value != stack_.end(); ++value)
      if (value->As<Shared>() || value->As<Values>()) *value = {};
    (*dictionary)->insert((*dictionary)->end(), first, stack_.end());
    stack_.erase(to_mark ? first - 1 : first, stack_.end());
    return Status::Ok();
  }
  // ("storage", type, key, device, elements) -> Storage
  Status LoadStorage() {
    if (stack_.empty()) return Malformed("the pickle's stack is empty");
    const Values* tuple = stack_.back().As<Values>();
    if (tuple == nullptr || tuple->size() < 3 || !(*tuple)[1].As<Global>() ||
        !(*tuple)[2].As<std::string>())
      return Malformed("a storage is not described as one");
    stack_.back() = {Storage{(*tuple)[1].As<Global>()->name, *(*tuple)[2].As<std::string>()}};
    return Status::Ok();
  }
  Status Call() {
    if (stack_.size() < 2) return Malformed("the pickle's stack is empty");
    const Value arguments = std::move(stack_.back());
    stack_.pop_back();
    const Global* function = stack_.back().As<Global>();
    const Values* tuple = arguments.As<Values>();
    if (function == nullptr || tuple == nullptr) return Malformed("the pickle calls no function");
    if (function->name == "collections.OrderedDict" && tuple->empty()) {
      stack_.back() = {std::make_shared<Values>()};
      return Status::Ok();
    }
    if (function->name == "torch._utils._rebuild_parameter" && !tuple->empty() &&
        (*tuple)[0].As<Tensor>()) {
      stack_.back() = (*tuple)[0];
      return Status::Ok();
    }
    if (function->name != "torch._utils._rebuild_tensor_v2" || tuple->size() < 4 ||
        !(*tuple)[0].As<Storage>() || !(*tuple)[1].As<int64_t>())
      return Malformed("a tensor is not described as one");
    Tensor tensor{*(*tuple)[0].As<Storage>(), 0, {}, {}};
    const int64_t offset = *(*tuple)[1].As<int64_t>();
    const auto shape = Sizes((*tuple)[2]);
    const auto strides = Sizes((*tuple)[3]);
    if (offset < 0 || !shape || !strides || shape->size() != strides->size())
      return Malformed("a tensor's shape is not one");
    tensor.offset = static_cast<uint64_t>(offset);
    tensor.shape = *shape;
    tensor.strides = *strides;
    stack_.back() = {std::move(tensor)};
    return Status::Ok();
  }
  static std::optional<std::vector<size_t>> Sizes(const Value& value) {
    const Values* tuple = value.As<Values>();
    if (tuple == nullptr) return std::nullopt;
    std::vector<size_t> sizes;
    for (const Value& entry : *tuple) {
      const int64_t* size = entry.As<int64_t>();
      if (size == nullptr || *size < 0) return std::nullopt;
      sizes.push_back(static_cast<size_t>(*size));
    }
    return sizes;
  }

  Cursor in_;
  Values stack_;
  std::map<uint32_t, Value> memory_;
};

// The bytes of a tensor; refuses what does not lie row by row without gaps.
Result<std::string_view> BytesOf(const StoredZip& archive, const Tensor& tensor, size_t width) {
  size_t elements = 1;
  for (size_t i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i] > 1 && tensor.strides[i] != elements)
      return Malformed("a tensor is not contiguous");
    if (tensor.shape[i] != 0 && elements > (size_t{1} << 40) / tensor.shape[i])
      return Malformed("a tensor is too large");
    elements *= tensor.shape[i];
  }
  const auto found = archive.find("data/" + tensor.storage.key);
  if (found == archive.end())
    return Malformed(fmt::format("the storage '{}' is missing", tensor.storage.key));
  const size_t available = found->second.size() / width;
  if (tensor.offset > available || elements > available - tensor.offset)
    return Malformed("a tensor reaches beyond its storage");
  return found->second.substr(tensor.offset * width, elements * width);
}

// Widens through the safetensors types of the same bits.
Result<std::vector<float>> Floats(const StoredZip& archive, const Tensor& tensor) {
  const bool single = tensor.storage.type == "FloatStorage";
  DYNAJOB_ASSIGN_OR_RETURN(const std::string_view bytes, BytesOf(archive, tensor, single ? 4 : 2));
  if (!single) return WidenFloats(bytes, tensor.storage.type == "HalfStorage" ? "F16" : "BF16");
  std::vector<float> values(bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace

Result<TensorBundle> ParseTorchCheckpoint(std::string_view bytes) {
  // A pickle at the very beginning, protocol 2: torch.save before version 1.6.
  if (bytes.starts_with("\x80\x02"))
    return InvalidArgument(
        "saved by PyTorch before 1.6; convert it to safetensors, or load and save it with a newer "
        "version");
  DYNAJOB_ASSIGN_OR_RETURN(const StoredZip archive, ReadStoredZip(bytes));
  const auto pickle = archive.find("data.pkl");
  if (pickle == archive.end()) return Malformed("the archive lacks data.pkl");
  DYNAJOB_ASSIGN_OR_RETURN(const Shared items, Unpickler(pickle->second).Run());
  TensorBundle bundle;
  size_t total = 0;
  for (size_t i = 0; i + 1 < items->size(); i += 2) {
    const std::string* name = (*items)[i].As<std::string>();
    const Tensor* tensor = (*items)[i + 1].As<Tensor>();
    if (name == nullptr || tensor == nullptr) continue;
    if (SanitizeUtf8(*name) != *name) return Malformed("a tensor's name is not text");
    const std::string& type = tensor->storage.type;
    if (type != "FloatStorage" && type != "HalfStorage" && type != "BFloat16Storage") continue;
    DYNAJOB_ASSIGN_OR_RETURN(const std::vector<float> values, Floats(archive, *tensor));
    // Many tensors may share one storage; as many as models have, not as many as fill the memory.
    total += values.size();
    if (total > bytes.size()) return Malformed("its tensors are larger than the file");
    bundle.Put(*name, values, tensor->shape);
  }
  return bundle;
}

}  // namespace dynajob
