import { describeConvolution } from "./convolution-cases.js";

describeConvolution();
