use crate::units::Memory;

/// A package that is large for a small plan. Rough: sizes change with every version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heavy {
    /// Its name, as indexes compare it.
    pub name: &'static str,
    /// Memory of a process that has done nothing but import it.
    pub memory: Memory,
    /// Disk that it takes together with what it depends on.
    pub disk: Memory,
    /// Whether the figures were measured, or are an estimate.
    pub measured: bool,
    /// A smaller one that often does; empty where none is known.
    pub instead: &'static str,
}

/// Large packages. Measured ones: installed alone from PyPI for CPython 3.11 on x86-64 in November 2026, size
/// of the installed files and peak resident memory after the import. Estimates: of packages whose default
/// files are for graphics processors, or that load others when they are used.
pub const HEAVY: &[Heavy] = &[
    measured("tensorflow", 523, 1526, "tensorflow-cpu is smaller on disk; `ai-edge-litert` runs a finished model"),
    measured("tensorflow-cpu", 523, 1526, "`ai-edge-litert` runs a finished model"),
    estimate("keras", 523, 1526, ""),
    estimate("torch", 250, 5000, "`torch` from the CPU index of PyTorch, or `onnxruntime` for a finished model"),
    estimate("torchvision", 300, 5000, "the CPU index of PyTorch"),
    estimate("torchaudio", 300, 5000, "the CPU index of PyTorch"),
    estimate("sentence-transformers", 450, 5500, "`fastembed`, which runs on onnxruntime"),
    estimate("openai-whisper", 400, 5500, "`faster-whisper`"),
    estimate("easyocr", 400, 5500, "`pytesseract`, with tesseract as a package of the system"),
    estimate("ultralytics", 400, 5500, "`onnxruntime` for a finished model"),
    estimate("fastai", 400, 5500, ""),
    estimate("vllm", 1000, 8000, ""),
    estimate("pyspark", 400, 700, "`polars` or `duckdb`"),
    measured("xgboost", 72, 912, "`xgboost-cpu`"),
    measured("scikit-learn", 111, 275, ""),
    measured("gensim", 107, 275, ""),
    measured("prophet", 103, 311, ""),
    measured("spacy", 91, 315, ""),
    measured("geopandas", 86, 310, ""),
    measured("pandas", 67, 161, ""),
    measured("polars", 48, 181, ""),
    measured("onnxruntime", 45, 155, ""),
    measured("statsmodels", 8, 380, ""),
];

const fn measured(name: &'static str, memory: u64, disk: u64, instead: &'static str) -> Heavy {
    Heavy { name, memory: Memory::from_mib(memory), disk: Memory::from_mib(disk), measured: true, instead }
}

const fn estimate(name: &'static str, memory: u64, disk: u64, instead: &'static str) -> Heavy {
    Heavy { name, memory: Memory::from_mib(memory), disk: Memory::from_mib(disk), measured: false, instead }
}

/// What is known of a package, by its name as indexes compare it.
pub fn heavy(name: &str) -> Option<&'static Heavy> {
    HEAVY.iter().find(|heavy| heavy.name == name)
}
